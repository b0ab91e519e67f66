import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { GraphQLError } from 'graphql';
import { RecentMap } from '../base/cache.js';
import { codeOf, refusal } from '../base/errors.js';
import type { Federation, FetchContext, SubscriptionPlan } from '../federation/federation.js';
import type { Caller } from '../caller/identity.js';
import type { GatewayLogger } from '../base/log.js';
import { Mailbox } from './mailbox.js';
import type { Operation } from '../operation/operations.js';
import { SubscriptionRefused } from '../endpoints/transport.js';

/** A source that broke is opened again after these waits, then its subscribers are told. */
const REOPEN_WAITS_MS = [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;
const PLANS_MAX = 500;
const NEWEST_MAX = 100;

export interface Subscriptions {
  /** A reader of its own over an upstream that equal subscriptions share. Throws GraphQLErrors. */
  subscribe(operation: Operation, caller: Caller, context: FetchContext): Promise<Mailbox<SubgraphResponse>>;
  /** Upstreams that are open. */
  readonly upstreams: number;
  readonly readers: number;
  /** Ends every reader; used when the process drains. */
  endAll(): void;
}

interface Upstream {
  readonly key: string;
  readonly plan: SubscriptionPlan;
  readonly operation: Operation;
  readonly context: FetchContext;
  readonly readers: Set<Mailbox<SubgraphResponse>>;
  /** The newest answer about each thing: what a reader that joins late starts with, as the first one did. */
  readonly newest: RecentMap<string, SubgraphResponse>;
  readonly endpoint: SubgraphEndpoint;
  /** Resolves when the source is open, rejects when it refused. */
  ready: Promise<void>;
  events: AsyncIterableIterator<SubgraphResponse> | undefined;
  closed: boolean;
}

/** Plans subscriptions, shares equal ones and completes each event once for all of their readers. */
export function createSubscriptions(
  federation: Federation,
  endpoints: ReadonlyMap<string, SubgraphEndpoint>,
  logger: GatewayLogger,
): Subscriptions {
  const shared = new Map<string, Upstream>();
  const plans = new RecentMap<string, SubscriptionPlan>(PLANS_MAX);

  const planOf = (operation: Operation): SubscriptionPlan => {
    const key = `${operation.operationName ?? ''}\n${operation.normalised()}`;
    const known = plans.get(key);
    if (known !== undefined) return known;
    const plan = federation.planSubscription(operation.document, operation.operationName);
    plans.set(key, plan);
    return plan;
  };

  const open = (key: string, operation: Operation, context: FetchContext): Upstream => {
    const plan = planOf(operation);
    const endpoint = endpoints.get(plan.primary.serviceName);
    if (endpoint === undefined) throw refusal('SUBGRAPH_UNAVAILABLE', 'The source is not configured');
    const upstream: Upstream = {
      key,
      plan,
      operation,
      context,
      endpoint,
      readers: new Set(),
      newest: new RecentMap(NEWEST_MAX),
      ready: Promise.resolve(),
      events: undefined,
      closed: false,
    };
    upstream.ready = connect(upstream);
    shared.set(key, upstream);
    upstream.ready.then(
      () => void pump(upstream),
      () => shared.delete(key),
    );
    return upstream;
  };

  const close = (upstream: Upstream): void => {
    if (upstream.closed) return;
    upstream.closed = true;
    if (shared.get(upstream.key) === upstream) shared.delete(upstream.key);
    stopSource(upstream);
  };

  /** Runs until the source ends or the last reader leaves; a broken source is opened again. */
  const pump = async (upstream: Upstream): Promise<void> => {
    for (let failures = 0; !upstream.closed;) {
      try {
        const event = await nextOf(upstream);
        if (event === null) break;
        failures = 0;
        await deliver(upstream, event);
      } catch (error) {
        if (error instanceof SubscriptionRefused) {
          await deliver(upstream, { errors: error.errors });
          break;
        }
        logger.warn({ subgraph: upstream.endpoint.name, error: String(error) }, 'subscription source broke');
        const reopened = await reopen(upstream, failures);
        failures += reopened;
        if (reopened === 0) break;
      }
    }
    for (const reader of upstream.readers) reader.end();
    close(upstream);
  };

  const deliver = async (upstream: Upstream, event: SubgraphResponse): Promise<void> => {
    const { plan, operation, context } = upstream;
    const answer = await federation
      .completeEvent(plan, event, operation.variables, context)
      .catch((error: unknown) => failed(error));
    const slot = conflationKey(answer);
    if (answer.errors === undefined) upstream.newest.set(slot, answer);
    for (const reader of upstream.readers) reader.put(slot, answer);
  };

  return {
    subscribe: async (operation, caller, context) => {
      const key = keyOf(operation, caller);
      const upstream = shared.get(key) ?? open(key, operation, context);
      const reader = new Mailbox<SubgraphResponse>(() => {
        upstream.readers.delete(reader);
        if (upstream.readers.size === 0) close(upstream);
      });
      upstream.readers.add(reader);
      for (const [slot, answer] of upstream.newest) reader.put(slot, answer);
      await upstream.ready;
      return reader;
    },
    get upstreams() {
      return shared.size;
    },
    get readers() {
      return [...shared.values()].reduce((sum, upstream) => sum + upstream.readers.size, 0);
    },
    endAll: () => {
      for (const upstream of [...shared.values()]) {
        for (const reader of upstream.readers) reader.end();
        close(upstream);
      }
    },
  };
}

async function connect(upstream: Upstream): Promise<void> {
  const { primary } = upstream.plan;
  const wanted = new Set(primary.variableUsages ?? []);
  const variables = Object.fromEntries(
    Object.entries(upstream.operation.variables).filter(([name]) => wanted.has(name)),
  );
  const events = await upstream.endpoint.subscribe({
    query: primary.operation,
    variables,
    operationName: primary.operationName,
    headers: upstream.context.headers(),
  });
  upstream.events = events;
  // The last reader may have left while the source was opening.
  if (upstream.closed) stopSource(upstream);
}

async function nextOf(upstream: Upstream): Promise<SubgraphResponse | null> {
  const result = await upstream.events?.next();
  return result === undefined || result.done === true ? null : result.value;
}

/** 1 when the source is open again (or may be tried again), 0 when it is time to give up. */
async function reopen(upstream: Upstream, failures: number): Promise<0 | 1> {
  stopSource(upstream);
  const waitMs = REOPEN_WAITS_MS[failures];
  if (waitMs === undefined) return 0;
  await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  if (upstream.closed) return 0;
  await connect(upstream).catch(() => {
    upstream.events = brokenSource();
  });
  return 1;
}

/** Stands in for a source that could not be opened, so that the next attempt waits longer. */
function brokenSource(): AsyncIterableIterator<SubgraphResponse> {
  return {
    next: () => Promise.reject(new Error('not open')),
    return: () => Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function stopSource(upstream: Upstream): void {
  const { events } = upstream;
  upstream.events = undefined;
  events?.return?.().catch(() => undefined);
}

/** Equal keys mean equal answers: same text, same variables, same authorisation. */
function keyOf(operation: Operation, caller: Caller): string {
  const variables = JSON.stringify(sorted(operation.variables));
  return `${caller.key}\n${operation.operationName ?? ''}\n${variables}\n${operation.normalised()}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** Events about the same thing replace each other for a slow reader: same root field, same `id` where selected. */
function conflationKey(answer: SubgraphResponse): string {
  const [field, value] = Object.entries(answer.data ?? {})[0] ?? ['', null];
  const id =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['id'] : undefined;
  return typeof id === 'string' ? `${field}:${id}` : field;
}

function failed(error: unknown): SubgraphResponse {
  const shown =
    codeOf(error) === undefined
      ? new GraphQLError('Internal error', { extensions: { code: 'INTERNAL' } })
      : (error as GraphQLError);
  return { data: null, errors: [shown.toJSON()] };
}
