import { expect, test } from 'vitest';
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

/** What a value of one thing must be to be news: newer than any before. */
const rising = () => {
  const had = new Map<string, number>();
  return ({ key, version }: Value): boolean => {
    if (version <= (had.get(key) ?? -1)) return false;
    had.set(key, version);
    return true;
  };
};

/** A memory store whose connection can be lost: nobody hears anything until it is there again. */
const gappy = () => {
  const live = new MemoryLiveStore();
  const watch = live.watch.bind(live);
  const state = { live, isDeaf: false, gaps: [] as ((sinceMs: number) => void)[] };
  live.watch = (channel, onMessage, onGap = () => undefined) => {
    state.gaps.push(onGap);
    return watch(channel, (text) => (state.isDeaf ? undefined : onMessage(text)));
  };
  return state;
};

test('what was not told while the connection was lost is read when it is there again', async () => {
  const store = gappy();
  let version = 1;
  const iterator = liveIterator<Value>({
    live: store.live,
    channels: ['c'],
    first: async () => [{ key: 'a', version }],
    next: parsed,
    isNews: rising(),
  });
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 1 }]);
  store.isDeaf = true;
  await store.live.publish('c', payload((version = 2)));
  store.isDeaf = false;
  for (const gap of store.gaps) gap(1);
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 2 }]);
});

test('a gap while the first values are read makes them be read again', async () => {
  const store = gappy();
  let reads = 0;
  const iterator = liveIterator<Value>({
    live: store.live,
    channels: ['c'],
    first: async () => {
      reads += 1;
      if (reads === 1) for (const gap of store.gaps) gap(1);
      return [{ key: 'a', version: reads }];
    },
    next: parsed,
  });
  expect(await take(iterator, 1)).toEqual([{ key: 'a', version: 2 }]);
});
