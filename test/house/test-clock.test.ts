import { CONSUMERS } from '@tollgate/contracts/consumers';
import { SILENT } from '@tollgate/runtime/base/log';
import { createMetrics } from '@tollgate/runtime/base/metrics';
import { Database } from '@tollgate/runtime/database/db';
import { MemoryLiveStore } from '@tollgate/runtime/live/live-memory';
import { PostgresEventLog } from '@tollgate/runtime/messaging/event-log-postgres';
import type { Platform } from '@tollgate/runtime/service/platform';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import type { SubgraphDefinition } from '@tollgate/runtime/service/subgraph';
import { isRanked } from '@tollgate/runtime/timers/ranks';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'];

const ENVIRONMENT = {
  API_KEY_SECRET: 'api-key-secret-0123456789-0123456789',
  PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789-0123456789',
  STRIPE_SECRET_KEY: 'sk_test_house',
  STRIPE_WEBHOOK_SECRET: 'whsec_house_0123456789',
  PAYPAL_CLIENT_ID: 'house',
  PAYPAL_CLIENT_SECRET: 'house-secret',
  PAYPAL_WEBHOOK_ID: 'house',
};

// Nothing here connects: definitions are made, not started.
const db = new Database({ url: 'postgres://nobody@127.0.0.1:1/none' });
const platform: Platform = {
  roles: new Set(),
  db,
  eventLog: new PostgresEventLog(db, SILENT),
  live: new MemoryLiveStore(),
  logger: SILENT,
  metrics: createMetrics({ defaults: false }),
  identitySecret: 'identity-secret-0123456789',
  startRelay: () => undefined,
  close: () => db.close(),
};
let definitions: SubgraphDefinition[];

beforeAll(async () => {
  definitions = await Promise.all(
    SUBGRAPHS.map(async (name) => {
      const { create } = (await import(
        new URL(`../../subgraphs/${name}/src/main.ts`, import.meta.url).href
      )) as { create: CreateSubgraph };
      return create(platform, ENVIRONMENT);
    }),
  );
});
afterAll(() => platform.close());

test('a test clock waits for every consumer of every message, and for no other', () => {
  const consumed = Object.fromEntries(
    definitions
      .flatMap(({ consumers }) => consumers)
      .map(({ name, subscriptions }) => [
        name,
        [...new Set(subscriptions.map(({ contract }) => contract.type))].sort(),
      ]),
  );
  const listed = Object.fromEntries(
    Object.entries(CONSUMERS).map(([name, types]) => [name, [...types].sort()]),
  );
  expect(consumed).toEqual(listed);
});

test('every kind of timer has its rank among those that are due at one instant', () => {
  const kinds = definitions.flatMap(({ name, timerOwner = name, timers = {} }) =>
    Object.keys(timers).map((kind) => [timerOwner, kind]),
  );
  expect(kinds.length).toBeGreaterThan(0);
  expect(kinds.filter(([owner = '', kind = '']) => !isRanked(owner, kind))).toEqual([]);
});
