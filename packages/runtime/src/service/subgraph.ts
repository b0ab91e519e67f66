import { startConsumer, type ConsumerOptions } from '../messaging/consume.js';
import { DeadLetterWorker } from '../messaging/dead-letters.js';
import type { RawRequest, RawResponse, SubgraphEndpoint, SubgraphResponse } from '../graphql/endpoint.js';
import { Executor } from '../graphql/executor.js';
import { sourceOf } from '../live/async-source.js';
import type { Job } from '../base/loop.js';
import { noteStaffReads } from '../command/staff-reads.js';
import type { Rebuildable } from '../command/aggregate.js';
import type { Provable } from '../command/provable.js';
import type { Platform } from './platform.js';
import { SCALARS } from '../graphql/scalars.js';
import type { TimerHandlers } from '../timers/timers.js';
import { TimerWorker } from '../timers/worker.js';

const HEALTH_TTL_MS = 2_000;
const HEALTH_MAX_MS = 2_500;

/** What one subgraph is made of; `main.ts` of each fills it in and nothing else differs between them. */
export interface SubgraphDefinition {
  readonly name: string;
  /** Text of the schema, see `readSubgraphSdl`. */
  readonly typeDefs: string;
  /** Resolvers without the scalars, which are the same everywhere. */
  readonly resolvers: object;
  readonly consumers: readonly ConsumerOptions[];
  readonly timers?: TimerHandlers;
  /** Whose timers they are: its name, unless that has others which are fired another way. */
  readonly timerOwner?: string;
  /** Its event-sourced nouns: what `npm run rebuild` compares with the journal. */
  readonly aggregates?: readonly Rebuildable[];
  /** Its documents: what `npm run verify` computes again. */
  readonly provables?: readonly Provable[];
  /** Raw HTTP routes by path, for example `/webhooks/stripe`. */
  readonly routes?: Readonly<Record<string, (request: RawRequest) => Promise<RawResponse>>>;
  /** Background work of the worker role that is neither message nor timer. */
  readonly jobs?: readonly Job[];
}

export interface RunningSubgraph {
  readonly name: string;
  readonly endpoint: SubgraphEndpoint;
  /** Stops consumers and timers after what they have in hand. */
  stop(): Promise<void>;
}

/** Starts the roles of a subgraph in this process: `api` answers, `worker` consumes and keeps time. */
export async function startSubgraph(
  platform: Platform,
  definition: SubgraphDefinition,
): Promise<RunningSubgraph> {
  const workers = platform.roles.has('worker') ? await startWorkers(platform, definition) : [];
  return {
    name: definition.name,
    endpoint: localEndpoint(platform, definition),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

async function startWorkers(
  platform: Platform,
  definition: SubgraphDefinition,
): Promise<{ stop(): Promise<void> }[]> {
  const workers: { stop(): Promise<void> }[] = [];
  const parts = {
    db: platform.db.workers,
    log: platform.eventLog,
    logger: platform.logger,
    metrics: platform.metrics,
  };
  for (const options of definition.consumers) workers.push(await startConsumer(parts, options));
  const jobs: Job[] = [new DeadLetterWorker(parts, definition.consumers), ...(definition.jobs ?? [])];
  const { name, timers, timerOwner = name } = definition;
  if (timers !== undefined) jobs.push(new TimerWorker(parts, timerOwner, timers));
  for (const job of jobs) job.start();
  return [...workers, ...jobs];
}

function localEndpoint(platform: Platform, definition: SubgraphDefinition): SubgraphEndpoint {
  const executor = new Executor({
    name: definition.name,
    typeDefs: definition.typeDefs,
    resolvers: { ...declaredScalars(definition.typeDefs), ...definition.resolvers },
    identitySecret: platform.identitySecret,
    logger: platform.logger,
    metrics: platform.metrics,
    beforeRead: (context, fields) => noteStaffReads(platform.db, context, fields),
  });
  return {
    name: definition.name,
    execute: (request) => executor.execute(request),
    subscribe: async (request) => asIterator(await executor.subscribe(request)),
    raw: async (request) => {
      const route = definition.routes?.[new URL(request.path, 'http://local').pathname];
      return route === undefined ? { status: 404, headers: {}, body: 'not found' } : route(request);
    },
    // Without a broker and without Redis work goes on: messages wait in the outbox, live reads come from the database.
    healthy: remembered(() => within(HEALTH_MAX_MS, platform.db.healthy())),
  };
}

async function within(ms: number, answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Asks at most once in a while, however many ask us. */
function remembered(ask: () => Promise<boolean>): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  let askedAtMs = 0;
  return () => {
    if (answer === undefined || performance.now() - askedAtMs > HEALTH_TTL_MS) {
      askedAtMs = performance.now();
      answer = ask();
    }
    return answer;
  };
}

/** The scalars that this schema declares. */
function declaredScalars(typeDefs: string): object {
  return Object.fromEntries(Object.entries(SCALARS).filter(([name]) => typeDefs.includes(`scalar ${name}`)));
}

function asIterator(
  result: AsyncIterableIterator<SubgraphResponse> | SubgraphResponse,
): AsyncIterableIterator<SubgraphResponse> {
  return Symbol.asyncIterator in result ? result : sourceOf(result);
}
