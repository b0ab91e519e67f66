import { SignJWT } from 'jose';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { waitFor } from '@tollgate/testing/waiting';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { GatewayConfig } from '../src/config.js';
import { DEFAULTS } from '../src/config.js';
import type { Gateway } from '../src/gateway.js';
import { createGateway } from '../src/gateway.js';
import {
  API_KEY,
  Backend,
  IDENTITY_SECRET,
  invoicesSchema,
  localEndpoint,
  tenancySchema,
  TENANT,
} from './subgraphs.js';
import { composeFixture } from './supergraph.js';

export const PORTAL_SECRET = 'portal-secret-for-tests-0123456789abcdefgh';
export const STAFF_SECRET = 'staff-secret-for-tests-0123456789abcdefghi';

export const TEST_CONFIG: GatewayConfig = {
  ...DEFAULTS,
  port: 0,
  identitySecret: IDENTITY_SECRET,
  portalSecret: PORTAL_SECRET,
  staff: { kind: 'dev', secret: STAFF_SECRET },
  drainMs: 2_000,
};

export interface Fixture {
  readonly gateway: Gateway;
  readonly backend: Backend;
  readonly url: string;
  stop(): Promise<void>;
}

export interface FixtureOptions {
  readonly config?: Partial<GatewayConfig>;
  readonly logger?: Logger;
  /** Puts other endpoints in place of the fixture's own. */
  readonly endpoints?: (own: ReadonlyMap<string, SubgraphEndpoint>) => ReadonlyMap<string, SubgraphEndpoint>;
}

/** A gateway on a free port in front of the fixture's subgraphs. */
export async function startFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const backend = new Backend();
  const own = fixtureEndpoints(backend);
  const gateway = await createGateway({
    config: { ...TEST_CONFIG, ...options.config },
    supergraphSdl: composeFixture(),
    endpoints: options.endpoints?.(own) ?? own,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const url = await gateway.listen();
  return { gateway, backend, url, stop: () => gateway.stop() };
}

export function fixtureEndpoints(backend: Backend): ReadonlyMap<string, SubgraphEndpoint> {
  const invoices = localEndpoint('invoices', invoicesSchema(backend), backend);
  return new Map([
    ['tenancy', localEndpoint('tenancy', tenancySchema(backend), backend)],
    ['invoices', invoices],
    ['payments', { ...invoices, name: 'payments' }],
  ]);
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly ms: number;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  };
}

export type Headed = Readonly<Record<string, string>>;
export const WITH_KEY: Headed = { authorization: `Bearer ${API_KEY}` };

export async function ask(url: string, body: object | string, headers: Headed = WITH_KEY): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { status: response.status, headers: response.headers, ms, body: JSON.parse(text) as Answer['body'] };
}

export function codeIn(answer: Answer): unknown {
  return answer.body.errors?.[0]?.extensions['code'];
}

export interface PortalClaims {
  readonly customer?: string;
  readonly tenant?: string;
  readonly expiresInSeconds?: number;
  readonly secret?: string;
}

export async function portalToken(claims: PortalClaims = {}): Promise<string> {
  const expiry = Math.floor(Date.now() / 1000) + (claims.expiresInSeconds ?? 300);
  return await new SignJWT({ tenant: claims.tenant ?? TENANT })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(claims.customer ?? 'cus_ONE')
    .setAudience('tollgate-portal')
    .setJti(String(Math.random()))
    .setExpirationTime(expiry)
    .sign(new TextEncoder().encode(claims.secret ?? PORTAL_SECRET));
}

export async function staffToken(url: string): Promise<string> {
  const response = await fetch(`${url}/staff/sign-in`, {
    method: 'POST',
    body: JSON.stringify({ email: 'ada@tollgate.test' }),
  });
  return ((await response.json()) as { token: string }).token;
}

export function socketClient(url: string, params: Headed = WITH_KEY): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: params,
    retryAttempts: 0,
  });
}

/** Everything one subscription received, and how it ended. */
export interface Received {
  readonly events: Record<string, unknown>[];
  readonly errors: unknown[];
  completed: boolean;
  failure: unknown;
  stop(): void;
}

export function collect(client: Client, query: string, variables: Record<string, unknown> = {}): Received {
  const received: Received = {
    events: [],
    errors: [],
    completed: false,
    failure: undefined,
    stop: () => undefined,
  };
  received.stop = client.subscribe(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (data !== null && data !== undefined) received.events.push(data as Record<string, unknown>);
        if (errors !== undefined) received.errors.push(...errors);
      },
      error: (failure) => {
        received.failure = failure;
      },
      complete: () => {
        received.completed = true;
      },
    },
  );
  return received;
}

/** Waits for a fact, within a bound. */
export async function eventually(fact: () => boolean, what: string, withinMs?: number): Promise<void> {
  await waitFor(what, fact, withinMs);
}
