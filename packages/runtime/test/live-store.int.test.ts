import { once } from 'node:events';
import { connect } from 'node:net';
import { startRedis } from '@tollgate/local/redis';
import { liveStoreContract } from '@tollgate/testing/contracts/live-store';
import { distributedHere } from '@tollgate/testing/distributed';
import { sharedRedis } from '@tollgate/testing/services';
import { waitFor } from '@tollgate/testing/waiting';
import { describe, expect, test } from 'vitest';
import type { LiveStore, LiveValue } from '../src/live/live.js';
import { MemoryLiveStore } from '../src/live/live-memory.js';
import { SILENT } from '../src/base/log.js';
import { RedisLiveStore } from '../src/live/redis.js';

liveStoreContract('in memory', async () => {
  const store = new MemoryLiveStore();
  return { store, other: store, close: () => store.close() };
});

const here = await distributedHere();

describe.runIf(here)('with a server', () => {
  liveStoreContract('on Redis', async () => {
    const { url } = await sharedRedis();
    const [store, other] = [new RedisLiveStore(url, SILENT), new RedisLiveStore(url, SILENT)];
    return {
      store,
      other,
      close: async () => {
        await Promise.all([store.close(), other.close()]);
      },
    };
  });
});

/** One command to the server itself, past the store. */
const tell = async (url: string, command: string): Promise<void> => {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toBe('+OK\r\n');
  socket.destroy();
};

/** Sets values from the truth, as a projection does whenever it runs, and says whether they are all there. */
const healed = async (store: LiveStore, read: LiveStore, truth: readonly LiveValue[]): Promise<boolean> => {
  await store.set(truth);
  const entries = await read.get(truth.map((value) => value.key));
  return entries.every((entry, index) => entry?.payload === truth[index]?.payload);
};

const truth: LiveValue[] = [1, 2, 3].map((n) => ({
  key: `wiped-${n}`,
  channel: 'wiped',
  version: BigInt(n),
  payload: `${n}`,
}));

describe.runIf(here)('faults of Redis', () => {
  test('a watcher whose connection was lost hears that it may have missed something, and then hears again', async () => {
    const redis = await startRedis();
    const [store, other] = [new RedisLiveStore(redis.url, SILENT), new RedisLiveStore(redis.url, SILENT)];
    const seen: string[] = [];
    await store.watch(
      'gap',
      (payload) => seen.push(payload),
      () => seen.push('a gap'),
    );
    const { port, hostname } = new URL(redis.url);
    const killer = connect(Number(port), hostname);
    killer.write('CLIENT KILL TYPE pubsub\r\n');
    await once(killer, 'data');
    killer.destroy();
    await other.publish('gap', 'missed');
    await waitFor('the gap', () => seen.length > 0);
    await other.publish('gap', 'heard');
    await waitFor('the next payload', () => seen.includes('heard'));
    expect(seen).toEqual(['a gap', 'heard']);
    await Promise.all([store.close(), other.close()]);
    await redis.stop();
  });

  test('values that were wiped are there again as soon as they are set again', async () => {
    const { url } = await sharedRedis();
    const store = new RedisLiveStore(url, SILENT);
    expect(await healed(store, store, truth)).toBe(true);
    await tell(url, 'FLUSHALL');
    await tell(url, 'SCRIPT FLUSH');
    expect(await store.get(['wiped-1'])).toEqual([null]);
    expect(await healed(store, store, truth)).toBe(true);
    await store.close();
  });

  test('control: a writer that remembers what it set does not heal, and the check says so', async () => {
    const { url } = await sharedRedis();
    const store = new RedisLiveStore(url, SILENT);
    const known = new Set<string>();
    const remembering = Object.assign(Object.create(store) as LiveStore, {
      set: async (values: readonly LiveValue[]) => {
        const unknown = values.filter((value) => !known.has(`${value.key}@${value.version}`));
        for (const value of unknown) known.add(`${value.key}@${value.version}`);
        await store.set(unknown);
      },
    });
    await tell(url, 'FLUSHALL');
    expect(await healed(remembering, store, truth)).toBe(true);
    await tell(url, 'FLUSHALL');
    expect(await healed(remembering, store, truth)).toBe(false);
    await store.close();
  });

  test('watchers hear again after the server was killed and came back', async () => {
    const first = await startRedis();
    const store = new RedisLiveStore(first.url, SILENT);
    const seen: string[] = [];
    await store.watch('comeback', (payload) => seen.push(payload));
    await store.publish('comeback', 'before');
    await waitFor('the first payload', () => seen.length === 1);
    await first.kill();
    await expect(store.publish('comeback', 'nobody hears')).rejects.toThrow();
    const second = await startRedis({ port: first.port });
    await waitFor('a payload after the restart', async () => {
      await store.publish('comeback', 'after').catch(() => undefined);
      return seen.includes('after');
    });
    await store.close();
    await second.stop();
  });
});
