import { describe, expect, test } from 'vitest';
import {
  connectionOf,
  matching,
  PAGE_MAX,
  pageOf,
  pageSql,
  shownOf,
  sliceOf,
  within,
  type List,
  type ListArguments,
} from './list.js';

const idOf = (n: number): string => `cus_${String(n).padStart(26, '0')}`;
const LIST: List = { name: 'customers', idPrefix: 'cus', orderBy: 'CREATED_AT_ASC' };
const ROWS = Array.from({ length: 7 }, (_, n) => ({ id: idOf(n) }));

/** What the statement that `pageSql` writes would find among the rows. */
function found(args: ListArguments) {
  const page = pageOf(LIST, args);
  const { sql, params } = pageSql(page, { id: 'id' });
  const rows = ROWS.filter(({ id }) =>
    [...sql.matchAll(/\(id ([<>]) \$(\d+)\)/g)].every(([, sign, at]) => {
      const bound = String(params[Number(at) - 1]);
      return sign === '<' ? id < bound : id > bound;
    }),
  );
  if (sql.includes('DESC')) rows.reverse();
  return connectionOf(rows.slice(0, page.limit + 1), page);
}

const numbers = ({ nodes }: ReturnType<typeof found>) => nodes.map(({ id }) => Number(id.slice(4)));

describe('a page', () => {
  test('has a size even when nobody asks for one, and a bound whatever is asked for', () => {
    expect(pageOf(LIST, {})).toMatchObject({ limit: 50, after: null, before: null, fromEnd: false });
    expect(pageOf(LIST, { first: PAGE_MAX }).limit).toBe(PAGE_MAX);
    for (const size of [0, -1, PAGE_MAX + 1]) {
      expect(() => pageOf(LIST, { first: size })).toThrow(/"first" is between 1 and 200/);
      expect(() => pageOf(LIST, { last: size })).toThrow(/"last" is between 1 and 200/);
    }
    expect(() => pageOf(LIST, { first: 1, last: 1 })).toThrow(/not both/);
  });

  test.each<[string, ListArguments, number[], boolean, boolean]>([
    ['the first', { first: 2 }, [0, 1], false, true],
    ['the last', { last: 2 }, [5, 6], true, false],
    ['the first of the newest', { first: 2, orderBy: 'CREATED_AT_DESC' }, [6, 5], false, true],
    ['the last of the newest', { last: 3, orderBy: 'CREATED_AT_DESC' }, [2, 1, 0], true, false],
    ['all', { first: 7 }, [0, 1, 2, 3, 4, 5, 6], false, false],
  ])('shows %s', (_name, args, shown, before, after) => {
    const connection = found(args);
    expect(numbers(connection)).toEqual(shown);
    expect(connection.pageInfo).toMatchObject({ hasPreviousPage: before, hasNextPage: after });
  });

  test.each(['CREATED_AT_ASC', 'CREATED_AT_DESC'] as const)(
    'leads to the next and back again, in order %s',
    (orderBy) => {
      const first = found({ first: 3, orderBy });
      const second = found({ first: 3, orderBy, after: first.pageInfo.endCursor });
      const third = found({ first: 3, orderBy, after: second.pageInfo.endCursor });
      expect(new Set([first, second, third].flatMap(numbers)).size).toBe(7);
      expect(third.pageInfo.hasNextPage).toBe(false);
      expect(numbers(found({ last: 3, orderBy, before: third.pageInfo.startCursor }))).toEqual(
        numbers(second),
      );
      const between = { after: first.pageInfo.startCursor, before: third.pageInfo.startCursor };
      expect(numbers(found({ first: 10, orderBy, ...between }))).toHaveLength(5);
    },
  );

  test('that is empty has no cursors', () => {
    expect(connectionOf([], pageOf(LIST, { first: 2 })).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });
});

describe('a cursor', () => {
  const cursor = found({ first: 1 }).pageInfo.endCursor;

  test('leads on in its list and order', () => {
    expect(pageOf(LIST, { after: cursor }).after).toEqual({ id: idOf(0), key: null });
  });

  test.each([
    '',
    'x',
    'cus_1',
    `${String(cursor)}=`,
    Buffer.from(idOf(1)).toString('base64url'),
    Buffer.from("customers/CREATED_AT_ASC/cus_'; DROP").toString('base64url'),
    Buffer.from(`plans/CREATED_AT_ASC/${idOf(1)}`).toString('base64url'),
  ])('that is none of this list is rejected: %j', (wrong) => {
    expect(() => pageOf(LIST, { after: wrong })).toThrow(/"after" takes a cursor of this list/);
    expect(() => pageOf(LIST, { before: wrong })).toThrow(/"before" takes a cursor of this list/);
  });

  test('of another list or another order is rejected', () => {
    expect(() => pageOf({ ...LIST, name: 'Customer.invoices' }, { after: cursor })).toThrow(/of this list/);
    expect(() => pageOf(LIST, { after: cursor, orderBy: 'CREATED_AT_DESC' })).toThrow(/in this order/);
  });
});

test('a short list is bounded too, and goes on after an item', () => {
  expect(sliceOf(LIST, { after: idOf(3) })).toMatchObject({ limit: 50, after: { id: idOf(3) } });
  expect(() => sliceOf(LIST, { first: PAGE_MAX + 1 })).toThrow(/between 1 and 200/);
  for (const after of ['', 'cus_1', 'inv_00000000000000000000000001'])
    expect(() => sliceOf(LIST, { after })).toThrow(/id of an item of this list/);
  expect(shownOf([1, 2, 3], sliceOf(LIST, { first: 2 }))).toEqual([1, 2]);
});

test('a search takes what it is given word for word, and nothing too long', () => {
  const sqlOf = (how: 'contains' | 'begins', text: string) =>
    pageSql(pageOf(LIST, {}), { id: 'id', where: [matching(['name', 'email'], how, text)] });
  expect(sqlOf('contains', ' 50%_\\ ')).toMatchObject({
    sql: expect.stringContaining('(lower(name) LIKE lower($1) OR lower(email) LIKE lower($1))'),
    params: ['%50\\%\\_\\\\%', 51],
  });
  expect(sqlOf('begins', 'Ada').params).toEqual(['Ada%', 51]);
  for (const text of ['', ' ', 'x'.repeat(65)]) expect(() => sqlOf('begins', text)).toThrow(/1 to 64/);
});

test('nothing is found by a text that no row can have', () => {
  const { sql, params } = pageSql(pageOf(LIST, {}), { id: 'id', where: [['a\u0000', (p) => `a = ${p}`]] });
  expect(sql).toBe(' AND $1::text IS NULL ORDER BY id ASC LIMIT $2');
  expect(params).toEqual(['', 51]);
});

test('conditions without a value are left out, and parameters go on from those of the statement', () => {
  const page = pageOf(LIST, { first: 9, orderBy: 'CREATED_AT_DESC' });
  const asked = pageSql(page, {
    id: 'r.id',
    taken: 1,
    where: [
      [null, (p) => `a = ${p}`],
      ['LT', (p) => `country = ${p} OR ${p} = '*'`],
      ...within('r.created_at', { to: '2024-01-01T00:00:00.000Z' }),
    ],
  });
  expect(asked).toEqual({
    sql: " AND (country = $2 OR $2 = '*') AND (r.created_at < $3::timestamptz) ORDER BY r.id DESC LIMIT $4",
    params: ['LT', '2024-01-01T00:00:00.000Z', 10],
  });
});
