import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import { MemoryLiveStore } from '@tollgate/runtime/live/live-memory';
import { Epochs } from '../src/live/epoch.js';
import { LiveUsage } from '../src/live/live.js';
import type { LiveEntry, LiveName, LiveStore, LiveValue, Watch } from '@tollgate/runtime/live/live';
import { backend } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { MAY, startBench, termsOf, type Bench } from './harness.js';

/** A live store as it behaves around a crash or a flush: it can lose everything, and what it is told meanwhile. */
class ForgetfulStore implements LiveStore {
  #store = new MemoryLiveStore();
  isShared = true;
  readonly #watchers: { channel: string; onMessage: (payload: string) => void }[] = [];
  deaf = false;

  forget(): void {
    this.#store = new MemoryLiveStore();
    for (const { channel, onMessage } of this.#watchers) void this.#store.watch(channel, onMessage);
  }

  async set(values: readonly LiveValue[]): Promise<void> {
    if (this.deaf) throw new Error('connection lost');
    await this.#store.set(values);
  }

  get(keys: readonly string[]): Promise<(LiveEntry | null)[]> {
    return this.#store.get(keys);
  }

  outdate(values: readonly LiveName[]): readonly boolean[] {
    return this.isShared ? values.map(() => true) : this.#store.outdate(values);
  }

  async publish(channel: string, payload: string): Promise<void> {
    if (this.deaf) throw new Error('connection lost');
    await this.#store.publish(channel, payload);
  }

  watch(channel: string, onMessage: (payload: string) => void): Promise<Watch> {
    this.#watchers.push({ channel, onMessage });
    return this.#store.watch(channel, onMessage);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

const live = new ForgetfulStore();
let bench: Bench;
let customer: string;

beforeAll(async () => {
  bench = await startBench({ live });
  const meter = await bench.addMeter('tokens', 'llm.call', 'tokens');
  customer = await bench.addCustomer();
  const terms = termsOf(customer, [meter]);
  await bench.feed(subscriptionStarted, terms.subscriptionId, { terms, startsOn: '2024-05-01', period: MAY });
  await bench.quiet();
});
afterAll(async () => {
  await bench.destroy();
});

const report = (id: string) =>
  bench.report([
    {
      id,
      customerId: customer,
      type: 'llm.call',
      timestamp: '2024-05-03T10:00:00Z',
      properties: { tokens: 5 },
    },
  ]);
const liveNow = async () => {
  const { liveUsage } = await bench.run<{ liveUsage: { quantity: string }[] }>(
    'query ($id: ID!) { liveUsage(customerId: $id) { quantity } }',
    { id: customer },
  );
  return liveUsage[0]?.quantity;
};

test('a live store that lost everything is filled again from Postgres', async () => {
  await report('first');
  await waitFor('the total', async () => (await liveNow()) === '5');
  live.forget();
  expect(await liveNow()).toBe('5');
  await report('second');
  await waitFor('the total', async () => (await liveNow()) === '10');
});

test.each([
  ['shared', true],
  ["a process' own", false],
])(
  'a change that could not be told reaches its watchers nevertheless: the store is %s',
  async (_, isShared) => {
    live.isShared = isShared;
    const updates = await bench.live(
      backend(bench.tenant),
      'subscription ($id: ID!) { usageUpdated(customerId: $id) { totals { quantity } } }',
      { id: customer },
    );
    const next = async () => (await updates.next()).value.data.usageUpdated.totals[0].quantity;
    const before = Number(await next());
    live.deaf = true;
    await report(`told late, ${isShared}`);
    await bench.quiet();
    live.deaf = false;
    expect(await next()).toBe(String(before + 5));
    await updates.return?.();
  },
);

test('what changed while it was read is not kept as it was before', async () => {
  const { db, logger } = bench.platform;
  const { scope } = bench.tenant;
  const store = new MemoryLiveStore();
  // Values are kept under a history that is asked for after they were read.
  const asked: ((epoch: string) => void)[] = [];
  const epochOf = () => new Promise<string>((resolve) => asked.push(resolve));
  const next = async () => {
    await waitFor('somebody who asks', () => asked.length > 0);
    asked.shift()?.('now');
  };
  const usage = new LiveUsage({ db, store, logger, epochOf });
  const reading = usage.read(scope, [customer]);
  await next();
  const [old] = await reading;
  await waitFor('what was read waits to be kept', () => asked.length > 0);
  await report('meanwhile');
  usage.tell({ scope, customerIds: [customer] });
  await waitFor('the change', () => asked.length > 1);
  asked.pop()?.('now');
  await setImmediate();
  await next();
  const again = usage.read(scope, [customer]);
  await next();
  const [fresh] = await again;
  await next();
  expect(fresh?.version).toBeGreaterThan(old?.version ?? 0n);
});

test('what the live store keeps of a history that a restore cut off is never shown', async () => {
  const { db, logger } = bench.platform;
  const inHistory = (epoch: string) => new LiveUsage({ db, store: live, logger, epochOf: async () => epoch });
  const [before, after] = [inHistory('before'), inHistory('after')];
  const [state] = await before.read(bench.tenant.scope, [customer]);
  if (state === undefined) throw new Error('the customer has live totals');
  await before.repeat(bench.tenant.id, [{ ...state, version: state.version + 1_000n, periods: [] }]);
  const periodsOf = async (usage: LiveUsage) =>
    (await usage.read(bench.tenant.scope, [customer]))[0]?.periods;
  expect(await periodsOf(before)).toEqual([]);
  expect(await periodsOf(after)).toEqual(state.periods);
});

test('a database says which history it has', async () => {
  expect(await new Epochs(bench.platform.db).of(bench.tenant.id)).toMatch(/^\d+\.[0-9A-F]{8}$/);
});
