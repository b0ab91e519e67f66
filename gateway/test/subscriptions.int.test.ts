import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Fixture, Headed } from './harness.js';
import { collect, eventually, portalToken, socketClient, startFixture, WITH_KEY } from './harness.js';
import { rawSocket } from './raw-sockets.js';

const WATCH = 'subscription { invoiceUpdated { id status customer { id name } } }';

describe('a subscription', () => {
  let fixture: Fixture;
  let clients: Client[];
  beforeEach(async () => {
    fixture = await startFixture({ config: { socketStallMs: 500 } });
    clients = [];
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.dispose()));
    await fixture.stop();
  });

  const client = (params: Headed = WITH_KEY): Client => {
    const made = socketClient(fixture.url, params);
    clients.push(made);
    return made;
  };
  const live = (count: number) =>
    eventually(() => fixture.backend.live.size === count, `${String(count)} sources are open`);

  it('resolves fields of another subgraph for each event', async () => {
    const received = collect(client(), WATCH);
    await live(1);
    fixture.backend.names.set('cus_1', 'Ada');
    fixture.backend.publish({ id: 'inv_1', status: 'open' });
    await eventually(() => received.events.length === 1, 'first event');
    fixture.backend.names.set('cus_1', 'Ada Lovelace');
    fixture.backend.publish({ id: 'inv_1', status: 'paid' });
    await eventually(() => received.events.length === 2, 'second event');
    expect(received.events).toEqual([
      { invoiceUpdated: { id: 'inv_1', status: 'open', customer: { id: 'cus_1', name: 'Ada' } } },
      { invoiceUpdated: { id: 'inv_1', status: 'paid', customer: { id: 'cus_1', name: 'Ada Lovelace' } } },
    ]);
  });

  it('answers under the aliases, fragments and variables that the client chose', async () => {
    const query = `subscription Watch($c: ID) { changed: invoiceUpdated(customer: $c) { ...line who: customer { label: name } } }
      fragment line on Invoice { key: id kind: __typename }`;
    const received = collect(client(), query, { c: 'cus_2' });
    await live(1);
    fixture.backend.publish({ id: 'inv_2', status: 'open' });
    await eventually(() => received.events.length === 1, 'event');
    expect(received.events[0]).toEqual({
      changed: { key: 'inv_2', kind: 'Invoice', who: { label: 'Customer cus_2' } },
    });
  });

  it('keeps things apart for a slow reader whatever the client selected, and whatever it called it', async () => {
    const texts = ['{ status }', '{ id: status }', '{ thingId: status customer { name } }'];
    const received = texts.map((text) => collect(client(), `subscription { invoiceUpdated ${text} }`));
    await live(texts.length);
    for (let index = 1; index <= 50; index += 1) {
      fixture.backend.publish({ id: `inv_${String(index)}`, status: `status ${String(index)}` });
    }
    await eventually(() => received.every((one) => one.events.length >= 50), 'all fifty');
    for (const { events } of received) {
      expect(events).toHaveLength(50);
      expect(JSON.stringify(events.at(-1))).toContain('status 50');
      expect(JSON.stringify(events)).not.toContain('inv_');
    }
  });

  it('shares one upstream and one look-up per event with identical ones', async () => {
    const received = Array.from({ length: 20 }, () => collect(client(), WATCH));
    await eventually(() => fixture.gateway.live.sockets === 20, 'all sockets are open');
    await live(1);
    await eventually(() => subscribed(20), 'all have subscribed');
    fixture.backend.publish({ id: 'inv_1', status: 'paid' });
    await eventually(() => received.every((one) => one.events.length === 1), 'everybody has the event');
    expect(fixture.backend.opened).toBe(1);
    expect(fixture.backend.entityFetches).toBe(1);
  });

  it('does not share with another principal or other variables', async () => {
    collect(client(), WATCH);
    collect(client({ authorization: `Bearer ${await portalToken()}` }), WATCH);
    collect(client(), 'subscription($c: ID) { invoiceUpdated(customer: $c) { id } }', { c: 'cus_1' });
    collect(client(), 'subscription($c: ID) { invoiceUpdated(customer: $c) { id } }', { c: 'cus_2' });
    await live(4);
  });

  it('that joins late starts with the newest known values', async () => {
    const first = collect(client(), WATCH);
    await live(1);
    fixture.backend.publish({ id: 'inv_1', status: 'open' });
    fixture.backend.publish({ id: 'inv_1', status: 'paid' });
    fixture.backend.publish({ id: 'inv_2', status: 'open' });
    await eventually(() => first.events.length === 3, 'three events');
    const late = collect(client(), WATCH);
    await eventually(() => late.events.length === 2, 'two values');
    expect(JSON.stringify(late.events)).toMatch(/inv_1","status":"paid.*inv_2","status":"open/);
  });

  it('that is closed stops the upstream at once, without waiting for an event', async () => {
    const received = collect(client(), WATCH);
    await live(1);
    received.stop();
    await live(0);
    expect(fixture.gateway.live.upstreams).toBe(0);
  });

  it('whose socket breaks stops the upstream at once', async () => {
    const socket = await rawSocket(fixture.url);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: WATCH } }));
    await live(1);
    socket.terminate();
    await live(0);
  });

  it('is refused without a credential (4403) and before it connects (4401)', async () => {
    const received = collect(client({}), WATCH);
    await eventually(() => received.failure !== undefined, 'refused');
    expect(received.failure).toMatchObject({ code: 4403 });
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.once('open', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: WATCH } }));
    });
    expect(await closed).toBe(4401);
    expect(fixture.backend.opened).toBe(0);
  });

  it('ends when its token expires', async () => {
    const received = collect(
      client({ authorization: `Bearer ${await portalToken({ expiresInSeconds: 2 })}` }),
      WATCH,
    );
    await live(1);
    await eventually(() => received.failure !== undefined, 'closed');
    expect(received.failure).toMatchObject({ code: 4403 });
    await live(0);
  });

  it('of a deep document or beyond the bound of a socket is refused, and the socket lives on', async () => {
    const own = await startFixture({ config: { subscriptionsPerSocketMax: 2 } });
    const one = socketClient(own.url);
    try {
      const deep = `subscription { invoiceUpdated ${'{ customer { invoices '.repeat(20)} { id } ${'} }'.repeat(20)} }`;
      const refused = collect(one, deep);
      await eventually(() => refused.failure !== undefined, 'too deep');
      expect(refused.failure).toMatchObject([{ extensions: { code: 'QUERY_TOO_DEEP' } }]);
      const kept = [collect(one, WATCH), collect(one, WATCH)];
      await eventually(() => own.backend.live.size === 1, 'open');
      const third = collect(one, WATCH);
      await eventually(() => third.failure !== undefined, 'one too many');
      expect(third.failure).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]);
      own.backend.publish({ id: 'inv_1', status: 'paid' });
      await eventually(() => kept.every((reader) => reader.events.length === 1), 'both still live');
    } finally {
      await one.dispose();
      await own.stop();
    }
  });

  it('is cut off with 1001 when the gateway drains, so that its client comes back, and nothing new is let in', async () => {
    const received = collect(client(), WATCH);
    await live(1);
    const drained = fixture.gateway.drain();
    await eventually(() => received.failure !== undefined, 'the end of the socket');
    expect(received.failure).toMatchObject({ code: 1001 });
    expect(received.completed).toBe(false);
    await drained;
    await live(0);
    expect(fixture.gateway.live.sockets).toBe(0);
    await expect(fetch(`${fixture.url}/health`)).rejects.toThrow();
  });

  const subscribed = (count: number) => fixture.gateway.live.readers === count;
});
