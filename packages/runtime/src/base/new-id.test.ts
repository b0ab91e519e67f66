import { expect, test } from 'vitest';
import { newId } from './new-id.js';

const MANY = 20_000;

test('of the ids of one process the later one is the greater one, however many a millisecond sees', () => {
  const ids = Array.from({ length: MANY }, () => newId('inv'));
  expect(ids).toEqual([...new Set(ids)].sort());
});
