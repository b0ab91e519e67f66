import { expect, test } from 'vitest';
import { Turns } from './turns.js';

test('everybody else has a turn between two computations, and one that throws keeps none of the others', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const everybodyElse = () => {
    seen.push('.');
    if (seen.filter((one) => one !== '.').length < 3) setImmediate(everybodyElse);
  };
  setImmediate(everybodyElse);
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) =>
      turns.run(() => {
        seen.push(name);
        if (name === 'b') throw new Error(name);
        return name;
      }),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen.join('')).toMatch(/a\.+b\.+c/);
});
