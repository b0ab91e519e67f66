import { expect, test } from 'vitest';
import { Retryable } from '../base/errors.js';
import { liveIterator } from './live-iterator.js';
import { MemoryLiveStore } from './live-memory.js';

interface Value {
  readonly key: string;
  readonly version: number;
}

const parsed = (payload: string): Value => JSON.parse(payload) as Value;
const payload = (version: number, key = 'a'): string => JSON.stringify({ key, version });

const take = async <T>(iterator: AsyncIterator<T>, count: number): Promise<T[]> => {
  const values: T[] = [];
  while (values.length < count) values.push((await iterator.next()).value as T);
  return values;
};

/** A store that counts its open watches. */
const counted = () => {
  const counter = { open: 0, live: new MemoryLiveStore() };
  const { live } = counter;
  const watch = live.watch.bind(live);
  live.watch = async (channel, onMessage) => {
    const watched = await watch(channel, onMessage);
    counter.open += 1;
    return {
      close: () => {
        counter.open -= 1;
        watched.close();
      },
    };
  };
  return counter;
};

test('first values come first, then updates in their order', async () => {
  const live = new MemoryLiveStore();
  const iterator = liveIterator({
    live,
    channels: ['c'],
    first: async () => [{ key: 'a', version: 1 }],
    next: parsed,
  });
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 1 }]);
  for (const version of [2, 3, 4]) await live.publish('c', payload(version));
  expect((await take(iterator, 3)).map((value) => value.version)).toEqual([2, 3, 4]);
  await iterator.return?.();
});

/** What a value of one thing must be to be news: newer than any before. */
const rising = () => {
  const had = new Map<string, number>();
  return ({ key, version }: Value): boolean => {
    if (version <= (had.get(key) ?? -1)) return false;
    had.set(key, version);
    return true;
  };
};

test('a change while the first values are read loses neither them nor itself', async () => {
  const live = new MemoryLiveStore();
  const iterator = liveIterator<Value>({
    live,
    channels: ['c'],
    first: async () => {
      const read = ['a', 'b', 'd'].map((key) => ({ key, version: 1 }));
      await live.publish('c', payload(2, 'b'));
      await live.publish('c', payload(1, 'd'));
      return read;
    },
    next: parsed,
    isNews: rising(),
  });
  const values = await take(iterator, 4);
  expect(values.map(({ key, version }) => key + version)).toEqual(['a1', 'b1', 'd1', 'b2']);
  await live.publish('c', payload(2, 'd'));
  expect(await take(iterator, 1)).toEqual([{ key: 'd', version: 2 }]);
  await iterator.return?.();
});

test('never goes back in time: an update that the first values cover is not shown after them', async () => {
  const live = new MemoryLiveStore();
  const first = async (): Promise<Value[]> => {
    for (const version of [4, 5]) await live.publish('c', payload(version));
    return [{ key: 'a', version: 6 }];
  };
  const iterator = liveIterator({ live, channels: ['c'], first, next: parsed, isNews: rising() });
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 6 }]);
  await live.publish('c', payload(7));
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 7 }]);
});

test('a reading that fails for a moment ends nothing and loses nothing', async () => {
  const live = new MemoryLiveStore();
  let failures = 0;
  const iterator = liveIterator<Value>({
    live,
    channels: ['c'],
    first: async () => {
      if ((failures += 1) === 1) throw new Retryable('away');
      return [{ key: 'a', version: 1 }];
    },
    next: (text) => {
      if ((failures += 1) === 3) throw new Retryable('away');
      return parsed(text);
    },
  });
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 1 }]);
  await live.publish('c', payload(2));
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 2 }]);
  expect(failures).toBe(4);
});

test('a channel that never rests cannot keep a reader from its first values', async () => {
  const live = new MemoryLiveStore();
  let version = 0;
  const first = async (): Promise<Value[]> => {
    await live.publish('c', payload((version += 1)));
    return [{ key: 'a', version }];
  };
  const iterator = liveIterator({ live, channels: ['c'], first, next: parsed });
  expect((await take(iterator, 1))[0]?.version).toBeGreaterThan(0);
});

test('return() ends a reader that waits, at once, and closes every watch', async () => {
  const counter = counted();
  const iterator = liveIterator({ live: counter.live, channels: ['c', 'd'], next: parsed });
  const waiting = iterator.next();
  const another = iterator.next();
  await new Promise(setImmediate);
  expect(counter.open).toBe(2);
  await iterator.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(await another).toEqual({ value: undefined, done: true });
  expect(counter.open).toBe(0);
});

test('return() ends a reader even while the first values are being read', async () => {
  const counter = counted();
  const iterator = liveIterator({
    live: counter.live,
    channels: ['c'],
    first: () => new Promise<Value[]>(() => undefined),
    next: parsed,
  });
  const waiting = iterator.next();
  await new Promise(setImmediate);
  await iterator.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(counter.open).toBe(0);
});

test('a failure reaches the reader that waits, and ends the watch', async () => {
  const counter = counted();
  const bad = liveIterator<Value>({
    live: counter.live,
    channels: ['c'],
    next: () => Promise.reject(new Error('no')),
  });
  const waiting = bad.next();
  await new Promise(setImmediate);
  await counter.live.publish('c', 'x');
  await expect(waiting).rejects.toThrow('no');
  expect(await bad.next()).toEqual({ value: undefined, done: true });
  const unread = liveIterator<Value>({
    live: counter.live,
    channels: ['c'],
    first: () => Promise.reject(new Error('unreadable')),
    next: parsed,
  });
  await expect(unread.next()).rejects.toThrow('unreadable');
  expect(counter.open).toBe(0);
});

test('a slow reader gets the newest of each key, each read once', async () => {
  const live = new MemoryLiveStore();
  let reads = 0;
  const next = (text: string): Value => {
    reads += 1;
    return parsed(text);
  };
  const iterator = liveIterator({ live, channels: ['c'], next, keyOf: (text) => parsed(text).key });
  const first = iterator.next();
  await new Promise(setImmediate);
  await live.publish('c', payload(0));
  await first;
  for (let version = 1; version <= 5_000; version += 1)
    await live.publish('c', payload(version, version % 2 ? 'odd' : 'even'));
  expect((await take(iterator, 2)).map((value) => value.version)).toEqual([4_999, 5_000]);
  expect(reads).toBe(3);
});

test('a reader that falls behind by more than the bound is told, and never just misses something', async () => {
  const counter = counted();
  const { live } = counter;
  const iterator = liveIterator({ live, channels: ['p'], next: parsed });
  const begun = iterator.next();
  await new Promise(setImmediate);
  for (let version = 0; version <= 10_100; version += 1) await live.publish('p', payload(version));
  expect((await begun).value).toMatchObject({ version: 0 });
  await expect(iterator.next()).rejects.toThrow('fell behind');
  expect((await iterator.next()).done).toBe(true);
  expect(counter.open).toBe(0);
});

test('what is not for this reader is not shown', async () => {
  const live = new MemoryLiveStore();
  const iterator = liveIterator({
    live,
    channels: ['c'],
    next: (text) => (parsed(text).key === 'mine' ? parsed(text) : null),
  });
  const waiting = iterator.next();
  await new Promise(setImmediate);
  await live.publish('c', payload(1, 'theirs'));
  await live.publish('c', payload(2, 'mine'));
  expect((await waiting).value).toEqual({ key: 'mine', version: 2 });
});
