import { expect, test } from 'vitest';
import { newest } from './page.js';

const fact = (position: string) => ({ position });

test('what several contexts tell is one page, the newest first', () => {
  const parts = [[fact('5'), fact('2')], [fact('4'), fact('3')], []];
  const { facts, hasNextPage } = newest(parts, 3);
  expect(facts.map(({ position }) => position)).toEqual(['5', '4', '3']);
  expect(hasNextPage).toBe(true);
});

test('the last page has nothing after it', () => {
  expect(newest([[fact('1')], [fact('2')]], 2).hasNextPage).toBe(false);
});
