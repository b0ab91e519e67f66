import { expect, test } from 'vitest';
import { Crowded, FairShare } from './fair-share.js';

interface Held {
  readonly tenant: string;
  end(): void;
}

/** A share whose holders stay until they are told to end, in the order in which they came in. */
const scene = (connections: number, waitMaxMs?: number) => {
  const share = new FairShare(connections, waitMaxMs);
  const inside: Held[] = [];
  const come = (tenant: string): Promise<void> => {
    const held = share.hold(
      tenant,
      () => new Promise<void>((resolve) => inside.push({ tenant, end: resolve })),
    );
    // Those who still wait at the end of a test are told so long after it.
    held.catch(() => undefined);
    return held;
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const names = (): string => inside.map(({ tenant }) => tenant).join('');
  return { inside, come, settled, names };
};

test('one tenant holds at most half of the places, and another finds one at once', async () => {
  const { come, settled, names } = scene(16);
  for (let count = 0; count < 100; count += 1) void come('a');
  await settled();
  expect(names()).toBe('a'.repeat(7));
  void come('b');
  await settled();
  expect(names()).toBe(`${'a'.repeat(7)}b`);
});

test('those who wait are let in tenant after tenant, not in the order of the crowd', async () => {
  const { inside, come, settled, names } = scene(2);
  void come('a');
  void come('b');
  for (let count = 0; count < 5; count += 1) void come('c');
  void come('d');
  await settled();
  for (let turn = 0; turn < 3; turn += 1) {
    inside[turn]?.end();
    await settled();
  }
  expect(names()).toBe('abcdc');
});

test('who waits too long is told so, and its place in the line goes to the next', async () => {
  const { inside, come, settled, names } = scene(1, 20);
  void come('a');
  await expect(come('b')).rejects.toThrow(Crowded);
  const next = come('c');
  inside[0]?.end();
  await settled();
  expect(names()).toBe('ac');
  inside[1]?.end();
  await next;
});

test('work that fails gives its place back', async () => {
  const share = new FairShare(1);
  await expect(share.hold('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await share.hold('b', () => Promise.resolve(1))).toBe(1);
});
