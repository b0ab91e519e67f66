import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SILENT } from '@tollgate/runtime/base/log';
import { createMetrics } from '@tollgate/runtime/base/metrics';
import type { RunningServer } from '@tollgate/runtime/graphql/server';
import { serveSubgraph } from '@tollgate/runtime/graphql/server';
import type { Gateway } from '../src/gateway.js';
import { createGateway } from '../src/gateway.js';
import { remoteEndpoints } from '../src/endpoints/remote.js';
import { httpEndpoint } from '../src/endpoints/transport.js';
import { ask, codeIn, collect, eventually, fixtureEndpoints, socketClient, TEST_CONFIG } from './harness.js';
import { Backend } from './subgraphs.js';
import { composeFixture } from './supergraph.js';

const WATCH = 'subscription { invoiceUpdated { id status customer { name } } }';
const TWO = '{ invoices(first: 2) { id customer { name } } }';

describe('subgraphs over HTTP', () => {
  let backend: Backend;
  let servers: Map<string, RunningServer>;
  let remote: ReturnType<typeof remoteEndpoints>;
  let gateway: Gateway;
  let url: string;

  const serve = async (name: string, port: number): Promise<RunningServer> => {
    const endpoint = fixtureEndpoints(backend).get(name)!;
    const metrics = createMetrics({ defaults: false });
    return await serveSubgraph({ endpoint, host: '127.0.0.1', port, logger: SILENT, metrics });
  };

  beforeEach(async () => {
    backend = new Backend();
    const names = ['tenancy', 'invoices', 'payments'];
    servers = new Map(await Promise.all(names.map(async (name) => [name, await serve(name, 0)] as const)));
    const subgraphUrls = new Map([...servers].map(([name, server]) => [name, server.url]));
    remote = remoteEndpoints({ gateway: TEST_CONFIG, subgraphUrls });
    gateway = await createGateway({
      config: TEST_CONFIG,
      supergraphSdl: composeFixture(),
      endpoints: remote.endpoints,
    });
    url = await gateway.listen();
  });
  afterEach(async () => {
    await gateway.stop();
    await remote.close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });

  it('answer queries, know the caller and are ready', async () => {
    const answer = await ask(url, { query: TWO });
    expect(answer.body.data?.['invoices']).toEqual([
      { id: 'inv_0', customer: { name: 'Customer cus_0' } },
      { id: 'inv_1', customer: { name: 'Customer cus_1' } },
    ]);
    expect(backend.seen.at(-1)).toMatchObject({ kind: 'tenant' });
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('send events over one shared socket, and stop at once when the client leaves', async () => {
    const client = socketClient(url);
    const received = [collect(client, WATCH), collect(client, 'subscription { invoiceUpdated { id } }')];
    await eventually(() => backend.live.size === 2, 'two sources');
    backend.publish({ id: 'inv_1', status: 'paid' });
    await eventually(() => received.every((one) => one.events.length === 1), 'both have it');
    expect(received[0]?.events[0]).toEqual({
      invoiceUpdated: { id: 'inv_1', status: 'paid', customer: { name: 'Customer cus_1' } },
    });
    for (const one of received) one.stop();
    await eventually(() => backend.live.size === 0, 'no source is left');
    await client.dispose();
  });

  it('go on with a subscription after the subgraph was restarted', async () => {
    const client = socketClient(url);
    const received = collect(client, WATCH);
    await eventually(() => backend.live.size === 1, 'open');
    const first = servers.get('invoices')!;
    await first.stop();
    await eventually(() => backend.live.size === 0, 'the source is gone');
    servers.set('invoices', await serve('invoices', Number(new URL(first.url).port)));
    await eventually(() => backend.live.size === 1, 'open again');
    backend.publish({ id: 'inv_2', status: 'paid' });
    await eventually(() => received.events.length === 1, 'the event after the restart');
    expect(received.failure).toBeUndefined();
    await client.dispose();
  });

  it('receive webhooks untouched', async () => {
    const body = '{ "id":"evt_1",  "naïve": true }';
    const answer = await fetch(`${url}/webhooks/stripe`, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': 's' },
    });
    expect([answer.status, await answer.text()]).toEqual([202, 'stored']);
    expect(backend.webhooks[0]?.body.toString('utf8')).toBe(body);
  });

  it('of which one is down leave the others working, and the caller learns which', async () => {
    await ask(url, { query: '{ whoAmI }' });
    await servers.get('invoices')?.stop();
    const answer = await ask(url, { query: '{ whoAmI refused }' });
    expect(answer.status).toBe(200);
    expect(answer.body.data?.['whoAmI']).toContain('tenant');
    expect(codeIn(answer)).toBe('SUBGRAPH_UNAVAILABLE');
    expect((await fetch(`${url}/ready`)).status).toBe(503);
  });

  it('that cannot identify a key make it 503, not a wrong 401', async () => {
    await servers.get('tenancy')?.stop();
    const answer = await ask(url, { query: '{ whoAmI }' }, { authorization: 'Bearer tg_never_seen_before' });
    expect([answer.status, codeIn(answer)]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
  });

  it('that answer something other than GraphQL count as unavailable', async () => {
    const server = createServer((_request, response) =>
      response.writeHead(502).end('<html>Bad gateway</html>'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const endpoint = httpEndpoint('invoices', `http://127.0.0.1:${String(port)}`, {
      connectionIdentity: () => '',
    });
    await expect(endpoint.execute({ query: '{ a }', headers: {} })).rejects.toThrow(
      /invoices service cannot be reached/,
    );
    await endpoint.close();
    server.close();
  });
});
