import { createTestPlatform, TEST_IDENTITY_SECRET, type TestPlatform } from '@tollgate/testing/stack';
import { clientError, Retryable } from '../src/base/errors.js';
import { IDENTITY_HEADER, signIdentity } from '../src/base/identity.js';
import type { RequestContext } from '../src/graphql/context.js';
import { serveSubgraph, type RunningServer } from '../src/graphql/server.js';
import { liveIterator } from '../src/live/live-iterator.js';
import { startSubgraph, type RunningSubgraph, type SubgraphDefinition } from '../src/service/subgraph.js';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Query { hello: String! slow: String! bug: String! transient: String! refused: String! stored(text: String!): String! }
  type Subscription { ticks: String! broken: String! moments: String! }
`;

/** What tests see and steer of the probe's inside. */
export interface ProbeState {
  /** Lets the slow query end. */
  release: () => void;
  slowCalls: number;
  /** Live channels that are watched now. */
  watches: number;
  healthChecks: number;
  databaseHealthy: boolean;
  /** How often the moment that fails once was read. */
  momentReads: number;
}

const MOMENT = Symbol('what was read first');

/** A subgraph of no meaning on a port of its own. */
export interface Probe extends ProbeState {
  readonly platform: TestPlatform;
  readonly definition: SubgraphDefinition;
  readonly subgraph: RunningSubgraph;
  readonly server: RunningServer;
  /** Serves the same subgraph on one more port. */
  serve(): Promise<RunningServer>;
  ask(query: string, identity?: string, variables?: object): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly data?: object;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const definitionOn = (platform: TestPlatform, probe: ProbeState): SubgraphDefinition => ({
  name: 'probe',
  typeDefs,
  consumers: [],
  routes: {
    '/webhooks/echo': async (request) => ({
      status: 202,
      headers: { 'x-echo': 'yes' },
      body: request.body.toString('hex'),
    }),
  },
  resolvers: {
    Query: {
      hello: () => 'world',
      slow: async () => {
        probe.slowCalls += 1;
        await new Promise<void>((resolve) => (probe.release = resolve));
        return 'done';
      },
      bug: () => {
        throw new Error('password is hunter2');
      },
      transient: () => {
        throw new Retryable('broker down');
      },
      refused: () => {
        throw clientError('FORBIDDEN', 'Not you.');
      },
      stored: async (_: unknown, { text }: { text: string }) => {
        await platform.db.control((tx) =>
          tx.query('SELECT $1::text, $2::jsonb', [text, JSON.stringify(text)]),
        );
        return text;
      },
    },
    Subscription: {
      ticks: {
        subscribe: () =>
          liveIterator({
            live: platform.live,
            channels: ['ticks'],
            first: async () => [{ ticks: 'first' }],
            next: (payload) => ({ ticks: payload }),
          }),
      },
      moments: {
        subscribe: () =>
          liveIterator({
            live: platform.live,
            channels: ['moments'],
            first: async () => ['first'],
            next: (payload) => payload,
          }),
        // As a data loader would: what the context remembers is what it read first.
        resolve: (event: string, _args: unknown, context: RequestContext) =>
          context.once(MOMENT, () => {
            if (event === 'fails once' && (probe.momentReads += 1) === 1) throw new Retryable('away');
            return event;
          }),
      },
      broken: {
        subscribe: () =>
          liveIterator({
            live: platform.live,
            channels: ['broken'],
            next: () => {
              throw new Error('password is hunter2');
            },
          }),
      },
    },
  },
});

/** An identity as the gateway signs it, or somebody else. */
export const token = (secret = TEST_IDENTITY_SECRET, nowMs = Date.now()): string =>
  signIdentity({ kind: 'system', actor: 'test' }, secret, nowMs);

/** Starts the probe on a database of its own. */
export const startProbe = async (): Promise<Probe> => {
  const platform = await createTestPlatform();
  const state: ProbeState = {
    release: () => undefined,
    slowCalls: 0,
    watches: 0,
    healthChecks: 0,
    databaseHealthy: true,
    momentReads: 0,
  };
  spyOn(platform, state);
  const definition = definitionOn(platform, state);
  const subgraph = await startSubgraph(platform, definition);
  const serve = (): Promise<RunningServer> =>
    serveSubgraph({ ...platform, endpoint: subgraph.endpoint, host: '127.0.0.1', port: 0 });
  const server = await serve();
  return Object.assign(state, {
    platform,
    definition,
    subgraph,
    server,
    serve,
    ask: (query: string, identity: string = token(), variables: object = {}) =>
      asked(server, identity, { query, variables }),
    stop: async () => {
      await server.stop();
      await subgraph.stop();
      await platform.destroy();
    },
  });
};

const spyOn = ({ db, live }: TestPlatform, state: ProbeState): void => {
  const watch = live.watch.bind(live);
  live.watch = async (...asked) => {
    const watched = await watch(...asked);
    state.watches += 1;
    return {
      close: () => {
        state.watches -= 1;
        watched.close();
      },
    };
  };
  db.healthy = async () => {
    state.healthChecks += 1;
    return state.databaseHealthy;
  };
};

const asked = async (server: RunningServer, identity: string, body: object): Promise<Answer> => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(identity ? { [IDENTITY_HEADER]: identity } : {}) },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
};
