import { expect, test } from 'vitest';
import { steadyAnswer } from './quiet.js';

/** Gives one answer after the other, and the last one for ever. */
function reader(answers: readonly unknown[]): () => Promise<unknown> {
  const left = [...answers];
  return async () => (left.length > 1 ? left.shift() : left[0]);
}

const isTwo = (answer: unknown): boolean => answer === 2;

test('a wrong answer is read again until it is the wanted one', async () => {
  expect(await steadyAnswer(reader([0, 1, 2]), isTwo, { ifWantedMs: 0, ifNotMs: 1_000 })).toBe(2);
});

test('a wanted answer that does not stay is not believed', async () => {
  expect(await steadyAnswer(reader([2, 2, 3]), isTwo, { ifWantedMs: 200, ifNotMs: 200 })).toBe(3);
});

test('an answer that stays wrong is given back', async () => {
  expect(await steadyAnswer(reader([1]), isTwo, { ifWantedMs: 0, ifNotMs: 100 })).toBe(1);
});
