import type { LiveStore } from '@tollgate/runtime/live/live';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../waiting.js';

let names = 0;
const fresh = (kind: string): string => `${kind}-${process.pid}-${(names += 1)}`;

/** What every live store promises. Two stores on the same engine are opened; a single-process one gives itself twice. */
export const liveStoreContract = (
  name: string,
  open: () => Promise<{ readonly store: LiveStore; readonly other: LiveStore; close(): Promise<void> }>,
): void => {
  describe(`the live store ${name}`, () => {
    let store: LiveStore;
    let other: LiveStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ store, other, close } = await open());
    });
    afterAll(async () => {
      await close();
    });

    const watched = async (on: LiveStore, channel: string) => {
      const seen: string[] = [];
      const watch = await on.watch(channel, (payload) => seen.push(payload));
      return { seen, watch };
    };

    test('a value that was never set is null, and an empty one is not', async () => {
      const [key, empty] = [fresh('key'), fresh('key')];
      await store.set([{ key: empty, channel: fresh('channel'), version: 1n, payload: '' }]);
      expect(await other.get([key, empty])).toEqual([null, { version: 1n, payload: '' }]);
    });

    test('a newer version replaces, an older or equal one changes nothing and tells nobody', async () => {
      const [key, channel] = [fresh('key'), fresh('channel')];
      const { seen, watch } = await watched(other, channel);
      for (const version of [9n, 10n, 10n, 9n, 100n, 99n, 12_345_678_901_234_567_890n]) {
        await store.set([{ key, channel, version, payload: `at ${version}` }]);
      }
      await waitFor('the newest', () => seen.includes('at 12345678901234567890'));
      expect(seen).toEqual(['at 9', 'at 10', 'at 100', 'at 12345678901234567890']);
      expect(await other.get([key])).toEqual([
        { version: 12_345_678_901_234_567_890n, payload: 'at 12345678901234567890' },
      ]);
      watch.close();
    });

    test('several values are set together, each told on its own channel', async () => {
      const keys = [fresh('key'), fresh('key'), fresh('key')];
      const channels = [fresh('channel'), fresh('channel'), fresh('channel')];
      const watches = await Promise.all(channels.map((channel) => watched(other, channel)));
      await store.set(
        keys.map((key, index) => ({ key, channel: channels[index] ?? '', version: 1n, payload: key })),
      );
      await waitFor('all three', () => watches.every(({ seen }) => seen.length === 1));
      expect(watches.map(({ seen }) => seen)).toEqual(keys.map((key) => [key]));
      for (const { watch } of watches) watch.close();
    });

    test('whoever waited for watch() misses nothing, also when others watch the channel already', async () => {
      const channel = fresh('channel');
      const watches = await Promise.all([
        watched(other, channel),
        watched(other, channel),
        watched(other, channel),
      ]);
      await store.publish(channel, 'now');
      await waitFor('all watchers', () => watches.every(({ seen }) => seen.length === 1));
      for (const { watch } of watches) watch.close();
    });

    test('a closed watch hears nothing more, and the others go on', async () => {
      const channel = fresh('channel');
      const [one, two] = [await watched(other, channel), await watched(other, channel)];
      one.watch.close();
      one.watch.close();
      await store.publish(channel, 'a');
      await waitFor('the one that is left', () => two.seen.length === 1);
      expect(one.seen).toEqual([]);
      two.watch.close();
      const three = await watched(other, channel);
      await store.publish(channel, 'b');
      await waitFor('a watch after the last was closed', () => three.seen.length === 1);
      expect(two.seen).toEqual(['a']);
      three.watch.close();
    });

    test('what changed is read now where somebody may watch it, and else is forgotten', async () => {
      const [one, two] = [fresh('name'), fresh('name')].map((name) => ({ key: name, channel: name }));
      const named = [one, two].filter((name) => name !== undefined);
      await store.set(named.map((name) => ({ ...name, version: 1n, payload: 'old' })));
      const { watch } = await watched(other, one?.channel ?? '');
      expect(store.outdate(named)).toEqual([true, store.isShared]);
      const kept = { version: 1n, payload: 'old' };
      expect(await other.get(named.map(({ key }) => key))).toEqual([kept, store.isShared ? kept : null]);
      watch.close();
    });

    test('a channel may have any name', async () => {
      const { seen, watch } = await watched(other, 'error');
      await store.publish('error', 'no exception');
      await waitFor('the payload', () => seen.length === 1);
      watch.close();
      await store.publish('error', 'nobody listens');
    });
  });
};
