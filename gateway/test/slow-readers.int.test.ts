import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fixture } from './harness.js';
import { ask, collect, eventually, socketClient, startFixture } from './harness.js';
import { deafSocket } from './raw-sockets.js';

const WATCH = 'subscription { invoiceUpdated { id status customer { id name } } }';

describe('a subscription', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture({ config: { socketStallMs: 500 } });
  });
  afterEach(() => fixture.stop());
  const live = (count: number) =>
    eventually(() => fixture.backend.live.size === count, `${String(count)} sources are open`);

  it('of a socket that never reads is bounded and dropped, and disturbs nobody', async () => {
    const client = socketClient(fixture.url);
    const reader = collect(client, WATCH);
    await live(1);
    const deaf = await deafSocket(fixture.url, WATCH);
    await eventually(() => fixture.gateway.live.sockets === 2, 'two sockets');
    const wide = 'x'.repeat(200_000);
    const before = process.memoryUsage().rss;
    let published = 0;
    const flood = setInterval(() => {
      published += 1;
      fixture.backend.publish({ id: 'inv_1', status: `${String(published)}-${wide}` });
    }, 2);
    await eventually(() => fixture.gateway.live.sockets === 1, 'the deaf socket is dropped');
    clearInterval(flood);
    deaf.destroy();
    const last = `${String(published)}-`;
    await eventually(
      () => JSON.stringify(reader.events.slice(-1)).includes(`"${last}`),
      'the reader has the newest',
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    expect((await ask(fixture.url, { query: '{ whoAmI }' })).status).toBe(200);
    await client.dispose();
  });

  it('control: of a socket that never reads stays where the bound is far away, and keeps one value', async () => {
    const own = await startFixture({ config: { socketStallMs: 600_000 } });
    const deaf = await deafSocket(own.url, WATCH);
    const one = socketClient(own.url);
    try {
      await eventually(() => own.gateway.live.readers === 1, 'the deaf one has subscribed');
      const reader = collect(one, WATCH);
      await eventually(() => own.gateway.live.readers === 2, 'both have subscribed');
      const wide = 'x'.repeat(200_000);
      for (let index = 1; index <= 300; index += 1) {
        own.backend.publish({ id: 'inv_1', status: `${String(index)}-${wide}` });
      }
      await eventually(
        () => JSON.stringify(reader.events.slice(-1)).includes('"300-'),
        'the reader has the newest',
      );
      expect(own.gateway.live).toMatchObject({ sockets: 2, readers: 2, upstreams: 1 });
    } finally {
      deaf.destroy();
      await one.dispose();
      await own.stop();
    }
  });

  it('is paid for event by event: who spends too much gets its events later', async () => {
    const own = await startFixture({ config: { callerCostPerSecond: 400 } });
    const client = socketClient(own.url);
    const costly = 'subscription { invoiceUpdated { id customer { id name invoices(first: 50) { id } } } }';
    try {
      const received = collect(client, costly);
      await eventually(() => own.backend.live.size === 1, 'subscribed');
      for (let index = 0; index < 50; index += 1) {
        own.backend.publish({ id: `inv_${String(index)}`, status: 'open' });
      }
      await eventually(() => received.events.length > 0, 'the first event');
      const atOnce = received.events.length;
      expect(atOnce).toBeLessThan(20);
      await eventually(() => received.events.length > atOnce, 'those that were paid later');
      expect(received.events.length).toBeLessThan(50);
      expect([received.completed, received.failure]).toEqual([false, undefined]);
    } finally {
      await client.dispose();
      await own.stop();
    }
  });
});
