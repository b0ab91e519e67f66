import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { GatewayConfig } from '../config.js';
import { rejection } from '../base/errors.js';
import { isLocal } from '../base/address.js';
import { ConcurrencyLimit } from '../caller/concurrency-limit.js';
import { devSignIn } from '../caller/tokens.js';
import { IngestDoor } from '../ingest/door.js';
import { jsonOf } from '../base/json.js';
import { readBody } from './body.js';
import { answerFailure } from './error-answer.js';
import type { GraphqlParts } from './graphql-http.js';
import { serveGraphql } from './graphql-http.js';
import { hostCheck } from './hosts.js';
import { createHome } from './home.js';
import { createPlayground } from './playground.js';
import { isProofPath, ProofDoor } from './proof-door.js';
import { isPaymentPath, PaymentDoor } from './payment-door.js';
import { isQuotePath, QuoteDoor } from './quote-door.js';
import { schemaRoute } from './schema-route.js';
import { StaffOidc } from './staff-oidc.js';
import { traceOf } from './trace.js';
import type { Subscriptions } from '../subscriptions/subscriptions.js';
import { WebhookDoor } from './webhook.js';

export interface RouteParts extends GraphqlParts {
  readonly subscriptions: Pick<Subscriptions, 'upstreams'>;
  readonly config: GatewayConfig;
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  readonly state: { readonly draining: boolean };
}

type Route = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** Streams of events of one caller at a time, in this process. */
const STREAMS_PER_CALLER_MAX = 16;
const SIGN_IN_MAX_BYTES = 10_000;
const WEBHOOK_PATTERN = /^\/webhooks\/[a-z0-9-]{1,32}$/;
/** One slow subgraph must not hold up the readiness probe. */
const READY_WITHIN_MS = 2_500;

/** Everything the port answers, by path. */
export function createRoutes(
  parts: RouteParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const playground = createPlayground(parts.config.staff);
  const home = createHome();
  const schema = schemaRoute(parts);
  const oidc = StaffOidc.of(parts.config.staff);
  const ingest = new IngestDoor({ ...parts, streams: streamsOf() });
  const fixed = new Map<string, Route>([
    ['/graphql', (request, response) => graphql(parts, request, response)],
    ['/health', (_request, response) => Promise.resolve(sendJson(response, 200, { status: 'alive' }))],
    ['/ready', (_request, response) => ready(parts, response)],
    ['/metrics', (request, response) => metrics(parts, request, response)],
    ['/staff/sign-in', (request, response) => signIn(parts, request, response)],
    ['/staff/oidc', (request, response) => oidcSignIn(oidc, request, response)],
    ['/', home],
    ['/home.css', home],
    ['/quote.css', home],
    ['/schema.graphql', schema],
    ['/ingest', (request, response) => ingest.serve(request, response, traceOf(request.headers).requestId)],
  ]);
  const door = new WebhookDoor(parts);
  const quotes = new QuoteDoor(parts);
  const payments = new PaymentDoor(parts);
  const proofs = new ProofDoor(parts);
  const routeOf = (path: string): Route | undefined => {
    const route = fixed.get(path);
    if (route !== undefined) return route;
    if (path === '/playground' || path.startsWith('/playground/')) return playground;
    if (isQuotePath(path)) return (request, response) => quotes.serve(request, response, path);
    if (isProofPath(path)) return (request, response) => proofs.serve(request, response, path);
    if (isPaymentPath(path)) return (request, response) => payments.serve(request, response, path);
    return WEBHOOK_PATTERN.test(path)
      ? (request, response) => door.serve(request, response, path)
      : undefined;
  };
  const isOurHost = hostCheck(parts.config);
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const route = isOurHost(request.headers.host) ? (routeOf(path) ?? notFound) : wrongHost;
    route(request, response, path).catch((error: unknown) => {
      const { requestId } = traceOf(request.headers);
      answerFailure(parts, { request, response }, { error, requestId, fields: { path } });
    });
  };
}

function streamsOf(): ConcurrencyLimit {
  return new ConcurrencyLimit(STREAMS_PER_CALLER_MAX, () =>
    rejection(
      'RATE_LIMITED',
      `A caller may have ${String(STREAMS_PER_CALLER_MAX)} streams of events at once`,
    ),
  );
}

async function graphql(parts: RouteParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const page = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
  if (!page) {
    await serveGraphql(parts, request, response);
    return;
  }
  response.writeHead(302, { location: '/playground' }).end();
}

async function ready({ endpoints, state }: RouteParts, response: ServerResponse): Promise<void> {
  const late = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), READY_WITHIN_MS).unref();
  });
  const checks = [...endpoints].map(async ([name, endpoint]) => {
    const healthy = await Promise.race([endpoint.healthy().catch(() => false), late]);
    return [name, healthy] as const;
  });
  const subgraphs = await Promise.all(checks);
  const isReady = !state.draining && subgraphs.every(([, healthy]) => healthy);
  sendJson(response, isReady ? 200 : 503, {
    status: state.draining ? 'draining' : isReady ? 'ready' : 'not ready',
    subgraphs: Object.fromEntries(subgraphs),
  });
}

async function metrics(parts: RouteParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!mayReadMetrics(parts.config, request)) throw rejection('NOT_FOUND', 'There is no such page');
  const { registry, upstreams } = parts.metrics;
  upstreams.set(parts.subscriptions.upstreams);
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(text);
}

/** A proxy on this machine passes strangers on from the loopback address. */
function mayReadMetrics(
  { metricsForEveryone, metricsToken, trustedProxies }: GatewayConfig,
  request: IncomingMessage,
): boolean {
  if (metricsForEveryone) return true;
  const shown = request.headers.authorization ?? '';
  if (metricsToken !== undefined && isEqual(shown, `Bearer ${metricsToken}`)) return true;
  // Where the loopback address is a proxy's, it says nothing about who asks.
  return (
    isLocal(request) && !trustedProxies.check('127.0.0.1', 'ipv4') && !trustedProxies.check('::1', 'ipv6')
  );
}

function isEqual(shown: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(wanted));
}

async function signIn(
  { config }: RouteParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (config.staff.kind !== 'dev') throw rejection('NOT_FOUND', 'There is no such page');
  if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Signing in takes POST');
  const body = await readBody(request, SIGN_IN_MAX_BYTES);
  sendJson(response, 200, { token: await devSignIn(config.staff, emailIn(body), Date.now()) });
}

/** `GET` says where to sign in, `POST` gives the token for the code that the issuer answered with. */
async function oidcSignIn(
  oidc: StaffOidc | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (oidc === undefined) throw rejection('NOT_FOUND', 'There is no such page');
  if (request.method === 'GET') {
    sendJson(response, 200, await oidc.page());
    return;
  }
  if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Signing in takes GET and POST');
  const body = jsonOf(await readBody(request, SIGN_IN_MAX_BYTES));
  sendJson(response, 200, { token: await oidc.tokenFor(body) });
}

function emailIn(body: Buffer): unknown {
  const parsed = jsonOf(body);
  return typeof parsed === 'object' && parsed !== null && 'email' in parsed ? parsed.email : undefined;
}

function wrongHost(): Promise<void> {
  const advice = 'call it by localhost or an address, or name it in ALLOWED_HOSTS';
  return Promise.reject(
    rejection('HOST_NOT_ALLOWED', `This host is not answered in development mode: ${advice}`),
  );
}

function notFound(): Promise<void> {
  return Promise.reject(rejection('NOT_FOUND', 'There is no such page'));
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}
