import { describe, expect, test } from 'vitest';
import type { Queryable } from '../database/db.js';
import { connectionOf, listed, nothingOf, pageOf, pageSql, type List, type Page } from './list.js';
import { alphabetical, type Sort } from './sort.js';

const idOf = (n: number): string => `cus_${String(n).padStart(26, '0')}`;
const row = (n: number, name: string) => ({ id: idOf(n), name });
const NAME: Sort<{ readonly name: string }> = {
  kind: 'text',
  column: 'name',
  compared: alphabetical,
  keyOf: ({ name }) => name,
};
const keyed = (kind: Sort['kind']): Sort => ({ kind, column: 'at', keyOf: () => '' });
const LIST: List = {
  name: 'customers',
  idPrefix: 'cus',
  orderBy: 'CREATED_AT_ASC',
  sorts: { NAME, AMOUNT: keyed('numeric'), STARTS_ON: keyed('date'), ENDS_AT: keyed('timestamptz') },
};

describe('a list that is sorted by a key', () => {
  test('goes on after the key and the id that the cursor has, in either direction', () => {
    const first = connectionOf([row(3, 'a/B'), row(1, 'c')], pageOf(LIST, { first: 1, orderBy: 'NAME_ASC' }));
    const after = first.pageInfo.endCursor;
    const where = (args: object) => pageSql(pageOf(LIST, { orderBy: 'NAME_ASC', ...args }), { id: 'c.id' });
    expect(where({ after })).toEqual({
      sql:
        ' AND ((lower(left(name, 64)) COLLATE "C", c.id) >' +
        ' (lower(left(($1::text[])[1]::text, 64)) COLLATE "C", ($1::text[])[2]))' +
        ' ORDER BY lower(left(name, 64)) COLLATE "C" ASC, c.id ASC LIMIT $2',
      params: [['a/B', idOf(3)], 51],
    });
    expect(where({ before: after, last: 1 }).sql).toContain('c.id) < (lower');
    expect(where({ last: 1 }).sql).toContain('"C" DESC, c.id DESC');
    expect(where({ orderBy: 'NAME_DESC' }).sql).toContain('"C" DESC, c.id DESC');
    expect(() => where({ orderBy: 'NAME_DESC', after })).toThrow(/in this order/);
    expect(() => where({ orderBy: 'CREATED_AT_ASC', after })).toThrow(/in this order/);
  });

  test.each([
    ['AMOUNT', '-12', ['', '1.5', 'x', '1'.repeat(39)]],
    ['STARTS_ON', '2024-02-29', ['2023-02-29', 'today', '']],
    ['ENDS_AT', '2024-02-29T00:00:00.000Z', ['2024-02-30T00:00:00Z', 'infinity']],
    ['NAME', 'x', ['\u0000', 'x'.repeat(513)]],
  ])('takes no cursor whose key is none: %s', (name, key, wrong) => {
    const cursor = (text: string) =>
      Buffer.from(`customers/${name}_ASC/${idOf(1)}/${text}`).toString('base64url');
    const read = (text: string) => pageOf(LIST, { orderBy: `${name}_ASC`, after: cursor(text) });
    expect(read(key).after).toEqual({ id: idOf(1), key });
    for (const text of wrong) expect(() => read(text)).toThrow(/"after" takes a cursor/);
  });

  test('has the orders that it names, and no other', () => {
    for (const orderBy of ['TOTAL_ASC', 'NAME', 'constructor_ASC'])
      expect(() => pageOf(LIST, { orderBy })).toThrow(/no order/);
  });
});

describe('the length of a list', () => {
  const statements: string[] = [];
  const finding = (total: number): Queryable => ({
    query: async <R>(text: string) => {
      statements.push(text);
      return (text.startsWith('SELECT count') ? [{ total }] : [row(1, 'a')]) as R[];
    },
  });
  const select = (page: Page) => ({ text: `SELECT … LIMIT ${page.limit}`, params: [page.after] });
  const of = (total: number) => {
    const show = ({ name }: ReturnType<typeof row>) => name;
    return listed(pageOf(LIST, { first: 1 }), { db: finding(total), select, show });
  };

  test('is counted where it is selected, and up to a bound', async () => {
    const found = await of(7);
    expect(found.nodes).toEqual(['a']);
    expect(statements).toHaveLength(1);
    expect(await found.totalCount).toBe(7);
    expect(statements.at(-1)).toBe('SELECT count(*)::int AS total FROM (SELECT … LIMIT 10000) counted');
    expect(await (await of(10_001)).totalCount).toBeNull();
    expect(nothingOf(pageOf(LIST, {})).totalCount).toBe(0);
  });
});
