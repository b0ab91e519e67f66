import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { post, ROOT, RunningSystem } from './system.js';

let system: RunningSystem;
const document = /```graphql\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';

beforeAll(async () => {
  system = await RunningSystem.start();
});
afterAll(async () => {
  await system.destroy();
});

/** As the playground sends it: a staff member who chose the demo tenant and gave a reason. */
const headers = (): Record<string, string> => {
  const { tenantId } = seeded();
  return { 'x-tollgate-tenant': tenantId, 'x-tollgate-reason': 'trying the README' };
};

const seeded = (): { tenantId: string; customerId: string } =>
  JSON.parse(readFileSync(join(system.dataDir, 'seeded.json'), 'utf8')) as {
    tenantId: string;
    customerId: string;
  };

const run = async <T>(operationName: string, variables: object = {}): Promise<T> => {
  const { graphqlUrl, staffToken } = system.credentials;
  const { body } = await post(graphqlUrl, {
    token: staffToken,
    headers: headers(),
    body: { query: document, operationName, variables },
  });
  expect(body.errors).toBeUndefined();
  return body.data as unknown as T;
};

test('what the README shows works when pasted: look, watch, report, report again', async () => {
  interface Look {
    readonly customers: {
      readonly nodes: readonly {
        readonly id: string;
        readonly invoices: { readonly nodes: readonly object[] };
      }[];
    };
  }
  const { customerId } = seeded();
  const look = await waitFor('the first invoice', async () => {
    const found = await run<Look>('Look');
    return found.customers.nodes[0]?.invoices.nodes.length === 1 && found;
  });
  expect(look.customers.nodes[0]?.id).toBe(customerId);

  const quantities: string[] = [];
  const client = createClient({
    url: system.credentials.subscriptionsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${system.credentials.staffToken}`, ...headers() },
  });
  client.subscribe<{ usageUpdated: { totals: { quantity: string }[] } }>(
    { query: document, operationName: 'Watch', variables: { customerId } },
    {
      next: ({ data }) => quantities.push(data?.usageUpdated.totals[0]?.quantity ?? ''),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  await waitFor('the present total', () => quantities.at(-1) === '0');
  const variables = { customerId, now: new Date().toISOString() };
  const report = async () =>
    (
      await run<{ reportUsage: { accepted: number; duplicate: number; rejected: number } }>(
        'Report',
        variables,
      )
    ).reportUsage;
  expect(await report()).toMatchObject({ accepted: 2, duplicate: 0, rejected: 1 });
  expect(await report()).toMatchObject({ accepted: 0, duplicate: 2, rejected: 1 });
  await waitFor('the new total', () => quantities.at(-1) === '2');
  await client.dispose();
});
