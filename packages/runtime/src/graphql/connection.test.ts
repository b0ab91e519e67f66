import { expect, test } from 'vitest';
import { connectionOf, PAGE_MAX, pageOf } from './connection.js';

const idOf = (n: number): string => `cus_${String(n).padStart(26, '0')}`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: idOf(n) }));

test('a page has a size even when nobody asks for one, and a bound whatever is asked for', () => {
  expect(pageOf({})).toEqual({ limit: 50, after: null });
  expect(pageOf({ first: PAGE_MAX, after: null })).toEqual({ limit: PAGE_MAX, after: null });
  for (const first of [0, -1, PAGE_MAX + 1]) expect(() => pageOf({ first })).toThrow(/between 1 and 200/);
});

test('a cursor leads to the row after it', () => {
  const { pageInfo } = connectionOf(rows(3), { limit: 2, after: null });
  expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  expect(pageOf({ after: pageInfo.endCursor }).after).toBe(idOf(1));
});

test('the last page says so, and an empty one has no cursors', () => {
  expect(connectionOf(rows(2), { limit: 2, after: idOf(9) }).pageInfo).toMatchObject({
    hasNextPage: false,
    hasPreviousPage: true,
  });
  expect(connectionOf([], { limit: 2, after: null })).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test.each(['x', 'cus_1', Buffer.from("cus_'; DROP").toString('base64url')])(
  'a cursor of somebody else is refused: %s',
  (after) => {
    expect(() => pageOf({ after })).toThrow(/not one of ours/);
  },
);
