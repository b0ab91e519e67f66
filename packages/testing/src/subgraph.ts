import type { Envelope } from '@tollgate/contracts/envelope';
import type { DataOf, EventContract } from '@tollgate/contracts/event';
import { instant } from '@tollgate/kernel/time/time';
import type { Row } from '@tollgate/runtime/database/db';
import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Identity } from '@tollgate/runtime/base/identity';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import {
  startSubgraph,
  type RunningSubgraph,
  type SubgraphDefinition,
} from '@tollgate/runtime/service/subgraph';
import { expect } from 'vitest';
import { headersOf } from './callers.js';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions, type TestTenant } from './stack.js';
import { waitFor } from './waiting.js';

export type Variables = Readonly<Record<string, unknown>>;

/** One subgraph on a database of its own, and what its tests do with it. */
export interface Bench {
  readonly platform: TestPlatform;
  readonly subgraph: RunningSubgraph;
  /** The data of an operation; fails where it has errors. */
  ask<T = Record<string, never>>(caller: Identity, query: string, variables?: Variables): Promise<T>;
  /** The whole answer, for those that expect errors. */
  answer(caller: Identity, query: string, variables?: Variables): Promise<SubgraphResponse>;
  /** The code of the first error of an operation that must fail; undefined where it did not. */
  codeOf(caller: Identity, query: string, variables?: Variables): Promise<unknown>;
  /** The value of a mutation's union: `__typename`, a rejection's message, and what `selected` asks for. */
  command<T = Record<string, never>>(caller: Identity, mutation: Mutation): Promise<Outcome & T>;
  /** Opens a subscription; its `return()` ends it. */
  live(
    caller: Identity,
    query: string,
    variables?: Variables,
  ): Promise<AsyncIterableIterator<SubgraphResponse>>;
  /** Publishes an event as another context would, at the tenant's time. */
  tell<C extends EventContract>(tenant: TestTenant, contract: C, fact: Fact<C>): Promise<void>;
  /** Everything that was published for a tenant, in order; of one contract where one is named. */
  told(tenant: TestTenant, contract?: EventContract): Promise<Envelope[]>;
  /** Rows of the tenant's own schema. */
  sql<R = Row>(tenant: TestTenant, text: string, params?: readonly unknown[]): Promise<R[]>;
  /** Waits until this subgraph has consumed every event that was published. */
  quiet(): Promise<void>;
  /** Stops the subgraph and drops its database. */
  stop(): Promise<void>;
}

export interface Mutation {
  readonly name: string;
  readonly input: object;
  /** Fragments on the union's types, for example `... on PlanCreated { plan { id } }`. */
  readonly selected?: string;
}

export interface Outcome {
  readonly __typename: string;
  /** Why, where the command was rejected. */
  readonly message?: string;
}

/** An event's data, and the aggregate whose order it keeps. */
export interface Fact<C extends EventContract> {
  readonly aggregate: string;
  readonly data: DataOf<C>;
  /** When it happened; the tenant's now where it is not said. */
  readonly at?: string;
}

export interface BenchOptions extends TestPlatformOptions {
  readonly environment?:
    Readonly<Record<string, string>> | ((platform: TestPlatform) => Readonly<Record<string, string>>);
  /** `worker` consumes and keeps time; both by default. */
  readonly roles?: readonly ('api' | 'worker')[];
}

/** Starts a subgraph, as its `main.ts` exports it, on a fresh database. */
export const startBench = async (create: CreateSubgraph, options: BenchOptions = {}): Promise<Bench> => {
  const { environment = {}, roles = ['api', 'worker'], ...platformOptions } = options;
  const opened = await createTestPlatform(platformOptions);
  const platform = { ...opened, roles: new Set(roles) };
  const definition = await create(
    platform,
    typeof environment === 'function' ? environment(platform) : environment,
  );
  const subgraph = await startSubgraph(platform, definition);
  return {
    platform,
    subgraph,
    ...operationsOf(subgraph),
    ...factsOf(platform, definition),
    stop: async () => {
      await subgraph.stop();
      await platform.destroy();
    },
  };
};

/** What callers do with a subgraph that runs; for suites that start it themselves. */
export const operationsOf = (
  subgraph: Pick<RunningSubgraph, 'endpoint'>,
): Pick<Bench, 'ask' | 'answer' | 'codeOf' | 'command' | 'live'> => {
  const answer: Bench['answer'] = (caller, query, variables = {}) =>
    subgraph.endpoint.execute({ query, variables, headers: headersOf(caller) });
  const ask: Bench['ask'] = async <T>(caller: Identity, query: string, variables?: Variables) => {
    const { data, errors } = await answer(caller, query, variables);
    expect(errors).toBeUndefined();
    return data as T;
  };
  return {
    answer,
    ask,
    codeOf: async (caller, query, variables) =>
      (await answer(caller, query, variables)).errors?.[0]?.extensions?.['code'],
    command: async <T>(caller: Identity, mutation: Mutation) => {
      const { name, input } = mutation;
      return (await ask<Record<string, Outcome & T>>(caller, documentOf(mutation), { input }))[
        name
      ] as Outcome & T;
    },
    live: (caller, query, variables = {}) =>
      subgraph.endpoint.subscribe({ query, variables, headers: headersOf(caller) }),
  };
};

const documentOf = ({ name, selected = '' }: Mutation): string => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  return `mutation Command($input: ${type}) { ${name}(input: $input) {
    __typename ... on Rejection { message } ${selected} } }`;
};

const factsOf = (
  platform: TestPlatform,
  definition: SubgraphDefinition,
): Pick<Bench, 'tell' | 'told' | 'sql' | 'quiet'> => ({
  tell: (tenant, contract, { aggregate, data, at }) =>
    platform.db.tenant(tenant.scope, async (tx) => {
      const occurredAt = at === undefined ? await tx.now() : instant(at);
      await publish(tx, [outgoing(contract, { aggregate, occurredAt, data })]);
    }),
  told: async (tenant, contract) => {
    const rows = await platform.db.shard('main', (tx) =>
      tx.query<{ envelope: string }>(
        'SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY xid, id',
        [tenant.id],
      ),
    );
    const envelopes = rows.map(({ envelope }) => JSON.parse(envelope) as Envelope);
    return contract === undefined ? envelopes : envelopes.filter(({ type }) => type === contract.type);
  },
  sql: (tenant, text, params) => platform.db.tenant(tenant.scope, (tx) => tx.query(text, params)),
  quiet: async () => {
    for (const { name, subscriptions } of definition.consumers) {
      const types = subscriptions.map(({ contract }) => contract.type);
      await waitFor(`${name} to consume every event`, () => isQuiet(platform, name, types));
    }
  },
});

/** Rows commit together with what they cause, so one look suffices; what was deferred still waits for its effect. */
const isQuiet = async (
  { db }: TestPlatform,
  consumer: string,
  types: readonly string[],
): Promise<boolean> => {
  const [row] = await db.read<{ open: boolean }>('main', OPEN_SQL, [consumer, types]);
  return row?.open === false;
};

const OPEN_SQL = `
  SELECT EXISTS (SELECT FROM {s}.outbox o WHERE o.envelope::jsonb ->> 'type' = ANY($2::text[])
      AND NOT EXISTS (SELECT FROM {s}.inbox i WHERE i.consumer = $1 AND i.message_id = o.message_id)
      AND NOT EXISTS (SELECT FROM {s}.dead_letter d WHERE d.consumer = $1 AND d.message_id = o.message_id))
    OR EXISTS (SELECT FROM {s}.dead_letter WHERE consumer = $1 AND replay_requested_at IS NOT NULL) AS open`;
