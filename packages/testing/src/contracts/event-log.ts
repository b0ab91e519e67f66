import { envelope, type Envelope } from '@tollgate/contracts/envelope';
import { TOPICS } from '@tollgate/contracts/topics';
import { startConsumer, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import type { Consumption } from '@tollgate/runtime/messaging/event-log';
import { newId } from '@tollgate/runtime/base/new-id';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger, FLAWLESS, type Ledger } from '../ledger.js';
import { createTestTenant, type TestPlatform, type TestTenant } from '../stack.js';
import { waitFor } from '../waiting.js';

/** A platform on the event log under test, with whatever carries the outbox to it running. */
export interface EventLogHarness {
  readonly platform: TestPlatform;
  close(): Promise<void>;
}

const LATENCY_SAMPLES = 40;
/** Medians; generous, for the machine may be busy with other tests. */
const LATENCY_P50_MAX_MS = 100;

/** What every event log promises, whichever engine is behind it. */
export const eventLogContract = (name: string, open: () => Promise<EventLogHarness>): void => {
  describe(`the event log on ${name}`, () => {
    let harness: EventLogHarness;
    let platform: TestPlatform;
    let tenant: TestTenant;

    beforeAll(async () => {
      harness = await open();
      platform = harness.platform;
      await platform.eventLog.prepare();
      tenant = await createTestTenant(platform);
    });
    afterAll(async () => {
      await harness.close();
    });

    const consumerName = (): string => `contract-${newId('evt').slice(-12)}`;
    const ledgerOf = (): Promise<Ledger> => createLedger(platform, tenant, consumerName());
    const start = (consumer: ConsumerOptions): Promise<Consumption> =>
      startConsumer({ ...platform, log: platform.eventLog }, consumer);
    const follow = (
      of: TestTenant,
      handle: (messages: readonly Envelope[]) => Promise<void>,
    ): Promise<Consumption> =>
      platform.eventLog.consume({
        consumer: consumerName(),
        topics: [TOPICS.tenancy.name],
        handle: (batch) =>
          handle(
            batch.records
              .map((record) => envelope.parse(record.envelope))
              .filter((message) => message.tenant === of.id),
          ),
      });

    test('every message has its effect once, in the order of its key', async () => {
      const ledger = await ledgerOf();
      await ledger.write(40);
      const consumption = await start(ledger.consumer);
      await ledger.write(40);
      expect(await ledger.settled()).toEqual(FLAWLESS);
      await consumption.stop();
    });

    test('what a rolled-back transaction published never arrives', async () => {
      const own = await createTestTenant(platform);
      const ledger = await createLedger(platform, own, consumerName());
      let seen = 0;
      const reader = await follow(own, async (messages) => {
        seen += messages.length;
      });
      await ledger.write(5);
      const failing = platform.db.tenant(own.scope, async (tx) => {
        await ledger.writeIn(tx);
        throw new Error('the writer failed');
      });
      await expect(failing).rejects.toThrow('the writer failed');
      await ledger.write(5);
      await waitFor('all committed messages', () => seen >= 10);
      const consumption = await start(ledger.consumer);
      expect(await ledger.settled()).toEqual(FLAWLESS);
      expect(seen).toBe(10);
      await Promise.all([consumption.stop(), reader.stop()]);
    });

    test('a batch whose handler throws comes again, and nothing after it comes first', async () => {
      const ledger = await ledgerOf();
      await ledger.write(10);
      let failures = 3;
      const handled: string[] = [];
      const reader = await follow(tenant, async (messages) => {
        if (messages.length > 0 && failures > 0) {
          failures -= 1;
          throw new Error('not yet');
        }
        handled.push(...messages.map((message) => message.id));
      });
      await waitFor('all messages', () => failures === 0 && handled.length >= 10);
      expect(new Set(handled).size).toBe(handled.length);
      await reader.stop();
    });

    test('a consumer that starts again goes on where it stopped', async () => {
      const ledger = await ledgerOf();
      const first = await start(ledger.consumer);
      await ledger.write(15);
      await ledger.settled();
      await first.stop();
      await ledger.write(15);
      const second = await start(ledger.consumer);
      expect(await ledger.settled()).toEqual(FLAWLESS);
      await second.stop();
    });

    test('consumers of one name share the work, and each effect happens once', async () => {
      const ledger = await ledgerOf();
      const consumptions = [await start(ledger.consumer), await start(ledger.consumer)];
      await ledger.write(60);
      expect(await ledger.settled()).toEqual(FLAWLESS);
      await Promise.all(consumptions.map((one) => one.stop()));
    });

    test('consumers of different names each see everything', async () => {
      const ledgers = [await ledgerOf(), await ledgerOf()] as const;
      const consumptions = await Promise.all(ledgers.map((ledger) => start(ledger.consumer)));
      await Promise.all(ledgers.map((ledger) => ledger.write(20)));
      for (const ledger of ledgers) expect(await ledger.settled()).toEqual(FLAWLESS);
      await Promise.all(consumptions.map((one) => one.stop()));
    });

    test('stop() waits for the batch in hand, and nothing is handled after it', async () => {
      const ledger = await ledgerOf();
      let open: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      let begun = 0;
      let ended = 0;
      const reader = await follow(tenant, async () => {
        begun += 1;
        await gate;
        ended += 1;
      });
      await ledger.write(5);
      await waitFor('a batch in hand', () => begun > 0);
      const stopped = reader.stop();
      open();
      await stopped;
      expect(ended).toBe(begun);
      const before = begun;
      await ledger.write(5);
      const other = await start(ledger.consumer);
      await ledger.settled();
      expect(begun).toBe(before);
      await other.stop();
    });

    test('a message arrives soon after its commit', async () => {
      const ledger = await ledgerOf();
      const arrivals: number[] = [];
      const reader = await follow(tenant, async (messages) => {
        arrivals.push(...messages.map(() => performance.now()));
      });
      await ledger.write(1);
      await waitFor('the first message', () => arrivals.length > 0);
      const times: number[] = [];
      for (let sample = 0; sample < LATENCY_SAMPLES; sample += 1) {
        const before = arrivals.length;
        await ledger.write(1);
        const committedAt = performance.now();
        await waitFor('the message', () => arrivals.length > before);
        times.push(Math.max(0, (arrivals.at(-1) ?? 0) - committedAt));
      }
      const p50 = times.sort((left, right) => left - right)[LATENCY_SAMPLES / 2] ?? Infinity;
      console.info(`event log on ${name}: commit to handler p50 ${p50.toFixed(1)} ms`);
      expect(p50).toBeLessThan(LATENCY_P50_MAX_MS);
      await reader.stop();
    });
  });
};
