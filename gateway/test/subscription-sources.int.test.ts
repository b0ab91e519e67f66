import { afterEach, describe, expect, it, vi } from 'vitest';
import { SILENT } from '@tollgate/runtime/base/log';
import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { AsyncSource, sourceOf } from '@tollgate/runtime/live/async-source';
import { GraphQLError } from 'graphql';
import { collect, eventually, socketClient, startFixture } from './harness.js';
import { breakable } from './raw-sockets.js';

const NOTICED_MS = 50;
const WATCH = 'subscription { invoiceUpdated { id status customer { id name } } }';

describe('a subscription whose source breaks', () => {
  it('goes on when the source is there again', async () => {
    let broken: ((error: Error) => void)[] = [];
    const fixture = await startFixture({
      endpoints: (own) => new Map([...own].map(([name, endpoint]) => [name, breakable(endpoint, broken)])),
    });
    const client = socketClient(fixture.url);
    try {
      const received = collect(client, WATCH);
      await eventually(() => fixture.backend.live.size === 1, 'open');
      for (const fail of broken.splice(0)) fail(new Error('connection lost'));
      await eventually(() => fixture.backend.opened === 2, 'opened again');
      fixture.backend.publish({ id: 'inv_1', status: 'paid' });
      await eventually(() => received.events.length === 1, 'the event after the break');
    } finally {
      broken = [];
      await client.dispose();
      await fixture.stop();
    }
  });

  it('is no break where its last reader leaves', async () => {
    const warned = vi.fn();
    const fixture = await startFixture({ logger: { ...SILENT, warn: warned } });
    const client = socketClient(fixture.url);
    collect(client, WATCH);
    await eventually(() => fixture.backend.live.size === 1, 'open');
    await client.dispose();
    await eventually(() => fixture.backend.live.size === 0, 'closed');
    await new Promise((resolve) => setTimeout(resolve, NOTICED_MS));
    expect(warned.mock.calls).toEqual([]);
    await fixture.stop();
  });
});

/** Puts this in place of the invoices subgraph's subscriptions. */
const withSource = (subscribe: SubgraphEndpoint['subscribe']): Parameters<typeof startFixture>[0] => ({
  endpoints: (own) => new Map([...own, ['invoices', { ...own.get('invoices')!, subscribe }]]),
});

const sourceThatFails = (error: Error): AsyncSource<SubgraphResponse> => {
  const source = new AsyncSource<SubgraphResponse>({ pendingMax: 1 });
  source.fail(error);
  return source;
};

describe('a subscription whose source is away', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes on trying, says that it resumes, and gets what the source says then', async () => {
    const headers: string[] = [];
    const fixture = await startFixture(
      withSource((request) => {
        headers.push(request.headers['x-tollgate-resumes'] ?? 'no');
        if (headers.length === 1) return Promise.resolve(sourceOf({ data: { invoiceUpdated: null } }));
        if (headers.length < 4) return Promise.reject(new Error('away'));
        const source = new AsyncSource<SubgraphResponse>({ pendingMax: 1 });
        source.push({ data: { invoiceUpdated: { id: 'inv_9' } } });
        return Promise.resolve(source);
      }),
    );
    const client = socketClient(fixture.url);
    const received = collect(client, 'subscription { invoiceUpdated { id } }');
    await eventually(() => JSON.stringify(received.events).includes('inv_9'), 'the event after the break');
    expect(headers.map((one) => Number(one) > Date.now() - 60_000)).toEqual([false, true, true, true]);
    expect([received.completed, received.failure]).toEqual([false, undefined]);
    await client.dispose();
    await fixture.stop();
  });

  it('ends with the reason, and not as if there was nothing more to come, where the source cannot go on', async () => {
    const interrupted = new GraphQLError('Read again', { extensions: { code: 'INTERRUPTED' } });
    const fixture = await startFixture(withSource(() => Promise.resolve(sourceThatFails(interrupted))));
    const client = socketClient(fixture.url);
    const received = collect(client, 'subscription { invoiceUpdated { id } }');
    await eventually(() => received.failure !== undefined, 'the end');
    expect(received.failure).toMatchObject([{ message: 'Read again', extensions: { code: 'INTERRUPTED' } }]);
    await client.dispose();
    await fixture.stop();
  });

  it('closes the socket with 1013 when it does not come back in time, so that its client does', async () => {
    vi.useFakeTimers({ toFake: ['performance'], shouldAdvanceTime: false });
    const fixture = await startFixture(
      withSource(() => {
        vi.advanceTimersByTime(50_000);
        return Promise.resolve(sourceThatFails(new Error('away')));
      }),
    );
    const client = socketClient(fixture.url);
    const received = collect(client, 'subscription { invoiceUpdated { id } }');
    await eventually(() => received.failure !== undefined, 'the end');
    expect(received.failure).toMatchObject({ code: 1013 });
    expect(received.completed).toBe(false);
    vi.useRealTimers();
    await client.dispose();
    await fixture.stop();
  });
});
