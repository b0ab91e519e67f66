import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenAt } from '@tollgate/runtime/base/listen';
import { SILENT } from '@tollgate/runtime/base/log';
import type { GatewayConfig } from './config.js';
import { silenceVendorTelemetry } from './config.js';
import { hostCheck } from './http/hosts.js';
import { createRoutes } from './http/routes.js';
import type { GatewayOptions, GatewayParts } from './parts.js';
import { createParts } from './parts.js';
import type { Sockets } from './socket/socket.js';
import { createSockets, rejectUpgrade, speaksOurProtocol } from './socket/socket.js';

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
export async function createGateway(
  options: Omit<GatewayOptions, 'logger'> & Partial<Pick<GatewayOptions, 'logger'>>,
): Promise<Gateway> {
  silenceVendorTelemetry();
  const logged = { ...options, logger: options.logger ?? SILENT };
  return new HttpGateway(logged, await createParts(logged));
}

class HttpGateway implements Gateway {
  readonly httpServer: Server;
  readonly #config: GatewayConfig;
  readonly #parts: GatewayParts;
  readonly #sockets: Sockets;
  readonly #state = { draining: false, running: 0 };
  #url = '';

  constructor({ config, endpoints }: GatewayOptions, parts: GatewayParts) {
    this.#config = config;
    this.#parts = parts;
    this.#sockets = createSockets(parts);
    const routes = createRoutes({ ...parts, config, endpoints, state: this.#state });
    const isOurHost = hostCheck(config);
    this.httpServer = createServer((request, response) => {
      this.#state.running += 1;
      response.once('close', () => (this.#state.running -= 1));
      if (pathOf(request.url) !== '/ingest') arriveSoon(request);
      routes(request, response);
    });
    // Once it listens its errors are those of connections that could not be accepted: no reason to end the others.
    this.httpServer.on('error', (error) =>
      parts.logger.error({ error: String(error) }, 'connection not accepted'),
    );
    // Streams of events take their time and have a bound of their own.
    this.httpServer.requestTimeout = 0;
    this.httpServer.headersTimeout = HEADERS_TIMEOUT_MS;
    this.httpServer.keepAliveTimeout = KEEP_ALIVE_MS;
    this.httpServer.on('upgrade', (request, stream, head: Buffer) => {
      const isOurs = pathOf(request.url) === '/graphql' && speaksOurProtocol(request);
      if (!isOurHost(request.headers.host)) rejectUpgrade(stream, '421 Misdirected Request');
      else if (isOurs && !this.#state.draining) this.#sockets.upgrade(request, stream, head);
      else rejectUpgrade(stream);
    });
  }

  get url(): string {
    return this.#url;
  }

  get live(): Gateway['live'] {
    const { readers, upstreams } = this.#parts.subscriptions;
    return { sockets: this.#sockets.open, readers, upstreams };
  }

  async listen(): Promise<string> {
    const { host, port } = this.#config;
    await listenAt(this.httpServer, { host, port, setting: 'GATEWAY_PORT' });
    const taken = (this.httpServer.address() as AddressInfo).port;
    this.#url = `http://${hostInUrl(host)}:${taken}`;
    return this.#url;
  }

  async drain(): Promise<void> {
    this.#state.draining = true;
    this.httpServer.close();
    this.httpServer.closeIdleConnections();
    // The sockets close before their subscriptions end: a client that reads "complete" would not come back.
    this.#sockets.closeAll();
    this.#parts.subscriptions.endAll();
    await until(() => this.#state.running === 0 && this.#sockets.open === 0, this.#config.drainMs);
  }

  async stop(): Promise<void> {
    await this.drain();
    this.#sockets.terminateAll();
    this.httpServer.closeAllConnections();
    await this.#parts.close();
  }
}

/** A request has to be there within a bound: whoever sends it byte by byte holds nobody up. */
function arriveSoon(request: IncomingMessage): void {
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, REQUEST_TIMEOUT_MS);
  timer.unref();
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
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
