import { expect, test } from 'vitest';
import { SharedReads } from './shared-reads.js';

/** A table whose rows say when they were read, and what it was asked. */
const table = () => {
  const asked: (readonly string[])[] = [];
  const state = { version: 1 };
  const read = async (keys: readonly string[]) => {
    asked.push(keys);
    await Promise.resolve();
    return new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `${key}${state.version}`]));
  };
  const of = (tenant: string, ...keys: string[]) => ({ name: [tenant, 'rows'] as const, keys, read });
  return { asked, state, of };
};

test('what several ask for in one turn is read once, and each finds its own', async () => {
  const reads = new SharedReads();
  const { asked, of } = table();
  const [a, b] = await Promise.all([reads.rows(of('one', 'x', 'y')), reads.rows(of('one', 'y', 'nobody'))]);
  expect(asked).toEqual([['x', 'y', 'nobody']]);
  expect([a.get('x'), b.get('y'), b.get('nobody')]).toEqual(['x1', 'y1', undefined]);
});

test('tenants are never read together', async () => {
  const reads = new SharedReads();
  const { asked, of } = table();
  await Promise.all([reads.rows(of('one', 'x')), reads.rows(of('two', 'x'))]);
  expect(asked).toEqual([['x'], ['x']]);
});

test('nothing is remembered: who asks later, also while an earlier read is under way, gets what is there then', async () => {
  const reads = new SharedReads();
  const { asked, state, of } = table();
  const earlier = reads.rows(of('one', 'x'));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  state.version = 2;
  expect([(await earlier).get('x'), (await reads.rows(of('one', 'x'))).get('x')]).toEqual(['x1', 'x2']);
  expect(asked).toHaveLength(2);
});

test('a statement has at most a thousand keys', async () => {
  const reads = new SharedReads();
  const { asked, of } = table();
  const many = (from: number) => Array.from({ length: 600 }, (_, index) => `k${from + index}`);
  const [a, b] = await Promise.all([reads.rows(of('one', ...many(0))), reads.rows(of('one', ...many(600)))]);
  expect(asked.map((keys) => keys.length)).toEqual([600, 600]);
  expect([a.get('k0'), b.get('k1199')]).toEqual(['k01', 'k11991']);
});

test('a read that fails fails for those who share it, and for nobody else', async () => {
  const reads = new SharedReads();
  const { of } = table();
  const broken = { ...of('one', 'x'), read: () => Promise.reject(new Error('no')) };
  const both = await Promise.allSettled([reads.rows(broken), reads.rows(of('one', 'y'))]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await reads.rows(of('one', 'y'))).get('y')).toBe('y1');
});
