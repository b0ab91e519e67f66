import { createServer } from 'node:http';
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { GATEWAY, headersOf } from '@tollgate/testing/callers';
import { createTestPlatform, createTestTenant } from '@tollgate/testing/stack';
import { expect, test } from 'vitest';
import { Executor } from '../src/graphql/executor.js';
import { schedule } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';
import { startTracing, traced, traceparent } from '../src/base/trace.js';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
  readonly status: { readonly code?: number };
}

/** A collector that keeps what it is sent. */
const collector = async () => {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
      const body = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      spans.push(...body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { spans, url: `http://127.0.0.1:${port}/v1/traces`, close: () => server.close() };
};

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const attribute = (span: Span | undefined, key: string): string | undefined =>
  span?.attributes.find((one) => one.key === key)?.value.stringValue;

test('operations and timers become spans, continue the caller’s trace and carry the correlation', async () => {
  const collected = await collector();
  const platform = await createTestPlatform();
  const tenant = await createTestTenant(platform);
  const tracing = startTracing({ url: collected.url, service: 'test' });
  let inner: string | undefined;
  const executor = new Executor({
    ...platform,
    name: 'probe',
    typeDefs: 'type Query { hello: String bug: String }',
    resolvers: {
      Query: {
        hello: () => {
          inner = traceparent();
          return 'world';
        },
        bug: () => {
          throw new Error('bug');
        },
      },
    },
  });
  const headers = {
    ...headersOf(GATEWAY),
    'x-request-id': 'request-1',
    traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
  };
  await executor.execute({ query: 'query Hello { hello }', operationName: 'Hello', headers });
  await executor.execute({ query: '{ bug }', headers });
  await platform.db.tenant(tenant.scope, (tx) =>
    schedule(tx, [{ owner: 'probe', kind: 'ring', key: 'a', dueAt: '2024-01-01T00:00:00.000Z' as never }]),
  );
  await new TimerWorker(platform, 'probe', { ring: async () => undefined }).fireDue('main');
  await tracing.stop();
  const [hello, bug] = collected.spans.filter((span) => span.name === 'graphql probe');
  expect(hello).toMatchObject({ traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' });
  expect(inner).toBe(`00-${TRACE_ID}-${hello?.spanId}-01`);
  expect(attribute(hello, 'correlation')).toBe('request-1');
  expect(attribute(hello, 'graphql.operation.name')).toBe('Hello');
  expect(bug?.status.code).toBe(2);
  expect(collected.spans.map((span) => span.name)).toContain('timer probe.ring');
  collected.close();
  await platform.destroy();
});

test('without a collector nothing is traced and the work simply runs', async () => {
  expect(await traced({ name: 'work', attributes: {} }, async () => 42)).toBe(42);
  expect(traceparent()).toBeUndefined();
});

test('a collector that is not there neither fails the work nor holds up the stop', async () => {
  const tracing = startTracing({ url: 'http://127.0.0.1:9/v1/traces', service: 'test' });
  expect(await traced({ name: 'work', attributes: {} }, async () => 42)).toBe(42);
  await tracing.stop();
});
