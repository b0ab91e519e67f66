import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Registry } from 'prom-client';
import { createFace } from './federation/apollo-server.js';
import { ConcurrencyBudget, RateBudget } from './caller/rate-limit.js';
import type { GatewayConfig } from './config.js';
import { silenceVendorTelemetry } from './config.js';
import { refusal } from './base/errors.js';
import { createFederation } from './federation/federation.js';
import { createAuthenticator } from './caller/identity.js';
import type { GatewayLogger } from './base/log.js';
import { SILENT } from './base/log.js';
import { createGatewayMetrics } from './base/metrics.js';
import { createOperations } from './operation/operations.js';
import { createPlain } from './fast-path/fast-path.js';
import { createRoutes } from './http/routes.js';
import { createSockets, speaksOurProtocol } from './socket/socket.js';
import { createSubscriptions } from './subscriptions/subscriptions.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly supergraphSdl: string;
  /** Every subgraph of the supergraph by name, in this process or over HTTP. */
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  readonly logger?: GatewayLogger;
  /** The process's prom-client registry; one of its own when none is given. */
  readonly metrics?: { readonly registry: Registry };
}

export interface Gateway {
  /** Starts listening; the URL tells the port that was taken. */
  listen(): Promise<string>;
  /** `http://host:port`, once it listens. */
  readonly url: string;
  readonly httpServer: Server;
  /** Open WebSockets, their subscriptions, and the upstreams that these share. */
  readonly live: { readonly sockets: number; readonly readers: number; readonly upstreams: number };
  /** Takes nothing new, ends subscriptions with `complete` and 1001, waits a bounded time for the rest. */
  drain(): Promise<void>;
  /** `drain()` and then the end of everything that is left. */
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than a load balancer keeps idle connections, so that it never meets a closed one. */
const KEEP_ALIVE_MS = 65_000;
const DRAIN_POLL_MS = 20;

/** The gateway over a composed supergraph: one port for HTTP, WebSocket, playground, health and webhooks. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, endpoints, logger = SILENT } = options;
  silenceVendorTelemetry();
  const metrics = createGatewayMetrics(options.metrics?.registry);
  const federation = await createFederation(options.supergraphSdl, endpoints, logger);
  const operations = createOperations(federation.schema, config);
  const subscriptions = createSubscriptions(federation, endpoints, logger);
  const parts = {
    plain: createPlain(federation),
    face: await createFace(federation, operations, logger),
    operations,
    authenticator: createAuthenticator(config, tenancyOf(endpoints)),
    rate: new RateBudget(config.callerRequestsPerSecond),
    concurrency: new ConcurrencyBudget(config.callerConcurrencyMax, () =>
      refusal('RATE_LIMITED', 'Too many requests at once'),
    ),
    logger,
    metrics,
  };
  const sockets = createSockets({
    ...parts,
    schema: federation.schema,
    subscriptions,
    subscriptionsOfCaller: new ConcurrencyBudget(config.subscriptionsPerCallerMax, () =>
      refusal('TOO_MANY_SUBSCRIPTIONS', 'This caller has as many subscriptions as one may have'),
    ),
    subscriptionsPerSocketMax: config.subscriptionsPerSocketMax,
    socketStallMs: config.socketStallMs,
  });
  const state = { draining: false, running: 0 };
  const routes = createRoutes({ ...parts, config, endpoints, state });
  const server = createServer((request, response) => {
    state.running += 1;
    response.once('close', () => (state.running -= 1));
    metrics.upstreams.set(subscriptions.upstreams);
    routes(request, response);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('upgrade', (request, stream, head: Buffer) => {
    if (!state.draining && pathOf(request.url) === '/graphql' && speaksOurProtocol(request)) {
      sockets.upgrade(request, stream, head);
    } else stream.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });

  let url = '';
  const drain = async (): Promise<void> => {
    state.draining = true;
    server.close();
    server.closeIdleConnections();
    // The sockets close before their subscriptions end: a client that reads "complete" would not come back.
    sockets.closeAll();
    subscriptions.endAll();
    await until(() => state.running === 0 && sockets.open === 0, config.drainMs);
  };
  return {
    httpServer: server,
    get url() {
      return url;
    },
    get live() {
      return { sockets: sockets.open, readers: subscriptions.readers, upstreams: subscriptions.upstreams };
    },
    listen: async () => {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      url = `http://${hostInUrl(config.host)}:${String(port)}`;
      return url;
    },
    drain,
    stop: async () => {
      await drain();
      sockets.terminateAll();
      server.closeAllConnections();
      await parts.face.stop();
    },
  };
}

function tenancyOf(endpoints: ReadonlyMap<string, SubgraphEndpoint>): SubgraphEndpoint {
  const tenancy = endpoints.get('tenancy');
  if (tenancy === undefined)
    throw new Error('The gateway cannot identify callers without the tenancy subgraph');
  return tenancy;
}

function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?')[0] ?? '/';
}

/** A gateway that listens everywhere is reached here on the loopback address. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

async function until(done: () => boolean, withinMs: number): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!done() && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
}
