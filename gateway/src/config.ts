import { readFileSync } from 'node:fs';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { ConfigFaults, parseEnvironment, readAll, type Environment } from '@tollgate/runtime/base/config';
import { z } from 'zod';
import { NO_PROXIES, trustedProxies, type TrustedProxies } from './base/address.js';

/** Everything the gateway may be told from outside. Milliseconds and bytes are in the names. */
export interface GatewayConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly identitySecret: string;
  readonly portalSecret: string;
  readonly staff: StaffConfig;
  /** Who may read the schema: staff alone, every caller what it may call, or everybody all of it. */
  readonly introspection: 'staff' | 'callers' | 'everyone';
  /** When given, callers other than staff may run these operations and no others (sha256 → document). */
  readonly allowedOperations?: ReadonlyMap<string, string> | undefined;
  /** `/metrics` answers callers on this machine only, unless this is true. */
  readonly metricsForEveryone: boolean;
  /** What one caller may spend on operations; see `operation/cost.ts`. */
  readonly callerCostPerSecond: number;
  /** Who shows this bearer token may read `/metrics` from anywhere. */
  readonly metricsToken?: string | undefined;
  /** Who may say in `x-forwarded-for` where a request comes from. */
  readonly trustedProxies: TrustedProxies;
  /** Names besides localhost under which a gateway that signs staff in by itself may be reached. */
  readonly allowedHosts: readonly string[];
  readonly cors: CorsConfig;
  readonly callerConcurrencyMax: number;
  readonly subscriptionsPerSocketMax: number;
  readonly subscriptionsPerCallerMax: number;
  /** A socket that takes nothing for so long is closed. */
  readonly socketStallMs: number;
  readonly drainMs: number;
  /** Where requests of a caller are counted for all gateways together; unset: each process counts alone. */
  readonly redisUrl?: string | undefined;
}

/** Which pages of other origins may call from a browser, and with which headers besides the usual ones. */
export interface CorsConfig {
  readonly origins: 'everyone' | readonly string[];
  readonly headers: readonly string[];
}

/** Staff tokens come from an OIDC issuer, or, on a developer's machine, from the gateway itself. */
export type StaffConfig =
  | {
      readonly kind: 'oidc';
      readonly jwksUrl: string;
      readonly issuer: string;
      readonly audience: string;
      /** The playground as a client of the issuer; unset: staff paste their tokens. */
      readonly clientId?: string | undefined;
    }
  | { readonly kind: 'dev'; readonly secret: string }
  | { readonly kind: 'none' };

/** What the gateway needs as a process of its own: the subgraphs' addresses and the supergraph file. */
export interface ProcessConfig {
  readonly gateway: GatewayConfig;
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly supergraphPath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFile: string | undefined;
}

/** The settings that have a sensible value for everybody. Secrets are not among them. */
export const DEFAULTS = {
  host: '127.0.0.1',
  port: 4000,
  introspection: 'callers',
  metricsForEveryone: false,
  callerCostPerSecond: 250_000,
  trustedProxies: NO_PROXIES,
  allowedHosts: [],
  cors: { origins: 'everyone', headers: [] },
  callerConcurrencyMax: 1_000,
  subscriptionsPerSocketMax: 200,
  subscriptionsPerCallerMax: 20_000,
  socketStallMs: 30_000,
  drainMs: 10_000,
} as const;

const SECRET_MIN_CHARS = 32;
const PORT_MAX = 65_535;

const secret = z.string().min(SECRET_MIN_CHARS, `is shorter than ${SECRET_MIN_CHARS} characters`);
const url = z
  .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
  .transform((text) => text.replace(/\/+$/, ''));
const whole = (max = Number.MAX_SAFE_INTEGER) =>
  z.coerce
    .number({ error: 'is not a whole number' })
    .int('is not a whole number')
    .min(0, 'is below 0')
    .max(max, `is above ${max}`);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const listOfNetworks = list.transform((entries, context) => {
  const trusted = trustedProxies(entries);
  if (trusted !== undefined) return trusted;
  context.addIssue({ code: 'custom', message: 'is not a list of addresses and networks, as 10.0.0.0/8,::1' });
  return z.NEVER;
});

const operations = z.string().transform((path, context) => {
  try {
    const listed = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(Object.entries(listed));
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `is not a readable JSON map of sha256 to document: ${String(error)}`,
    });
    return z.NEVER;
  }
});

/** Each option is documented where the configuration above names it, and in docs/operations.md. */
const gatewaySchema = z.object({
  GATEWAY_HOST: z.string().default(DEFAULTS.host),
  GATEWAY_PORT: whole(PORT_MAX).default(DEFAULTS.port),
  INTERNAL_IDENTITY_SECRET: secret,
  PORTAL_TOKEN_SECRET: secret,
  INTROSPECTION: z.enum(['staff', 'callers', 'everyone']).default(DEFAULTS.introspection),
  ALLOWED_OPERATIONS_PATH: operations.optional(),
  METRICS_ACCESS: z.enum(['loopback', 'everyone']).default('loopback'),
  CALLER_COST_PER_S: whole().default(DEFAULTS.callerCostPerSecond),
  METRICS_TOKEN: secret.optional(),
  TRUSTED_PROXIES: listOfNetworks.optional(),
  ALLOWED_HOSTS: list.optional(),
  CORS_ORIGINS: list.optional(),
  CORS_HEADERS: list.optional(),
  CALLER_CONCURRENCY_MAX: whole().default(DEFAULTS.callerConcurrencyMax),
  SUBSCRIPTIONS_PER_SOCKET_MAX: whole().default(DEFAULTS.subscriptionsPerSocketMax),
  SUBSCRIPTIONS_PER_CALLER_MAX: whole().default(DEFAULTS.subscriptionsPerCallerMax),
  SOCKET_STALL_MS: whole().default(DEFAULTS.socketStallMs),
  DRAIN_MS: whole().default(DEFAULTS.drainMs),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'is not a redis URL' }).optional(),
});

const issuerSchema = z.object({
  STAFF_JWKS_URL: url,
  STAFF_ISSUER: z.string(),
  STAFF_AUDIENCE: z.string().default('tollgate-staff'),
  STAFF_CLIENT_ID: z.string().optional(),
});

const staffSecretSchema = z.object({
  // Signs staff in without an issuer.
  STAFF_DEV_SECRET: secret,
});

const processSchema = z.object({
  SUPERGRAPH_PATH: z.string().default('supergraph.graphql'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** File for the log; unset: standard output. */
  LOG_FILE: z.string().optional(),
});

const urlName = (subgraph: string): string => `${subgraph.toUpperCase()}_URL`;
const urlsSchema = z.object(Object.fromEntries(SUBGRAPHS.map((name) => [urlName(name), url])));

/** Reads the environment once. Throws one error that lists every fault. */
export function readConfig(environment: Environment = process.env): ProcessConfig {
  const readUrls = () => parseEnvironment(urlsSchema, environment);
  const readProcess = () => parseEnvironment(processSchema, environment);
  readAll([() => readGatewayConfig(environment), readUrls, readProcess]);
  const urls = readUrls();
  const own = readProcess();
  return {
    gateway: readGatewayConfig(environment),
    subgraphUrls: new Map(SUBGRAPHS.map((name) => [name, urls[urlName(name)] ?? ''])),
    supergraphPath: own.SUPERGRAPH_PATH,
    logLevel: own.LOG_LEVEL,
    logFile: own.LOG_FILE,
  };
}

/** The same without the subgraphs' addresses, for a process that holds the subgraphs itself. */
export function readGatewayConfig(environment: Environment): GatewayConfig {
  const readOwn = () => parseEnvironment(gatewaySchema, environment);
  readAll([readOwn, () => readStaff(environment)]);
  const own = readOwn();
  return {
    host: own.GATEWAY_HOST,
    port: own.GATEWAY_PORT,
    identitySecret: own.INTERNAL_IDENTITY_SECRET,
    portalSecret: own.PORTAL_TOKEN_SECRET,
    staff: readStaff(environment),
    introspection: own.INTROSPECTION,
    allowedOperations: own.ALLOWED_OPERATIONS_PATH,
    metricsForEveryone: own.METRICS_ACCESS === 'everyone',
    callerCostPerSecond: own.CALLER_COST_PER_S,
    metricsToken: own.METRICS_TOKEN,
    trustedProxies: own.TRUSTED_PROXIES ?? NO_PROXIES,
    allowedHosts: own.ALLOWED_HOSTS ?? [],
    cors: {
      origins:
        own.CORS_ORIGINS === undefined || own.CORS_ORIGINS.includes('*') ? 'everyone' : own.CORS_ORIGINS,
      headers: own.CORS_HEADERS ?? [],
    },
    callerConcurrencyMax: own.CALLER_CONCURRENCY_MAX,
    subscriptionsPerSocketMax: own.SUBSCRIPTIONS_PER_SOCKET_MAX,
    subscriptionsPerCallerMax: own.SUBSCRIPTIONS_PER_CALLER_MAX,
    socketStallMs: own.SOCKET_STALL_MS,
    drainMs: own.DRAIN_MS,
    redisUrl: own.REDIS_URL,
  };
}

/** Apollo's libraries report usage to their maker unless told not to; a billing system keeps to itself. */
export function silenceVendorTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}

function readStaff(environment: Environment): StaffConfig {
  const issuer = environment['STAFF_JWKS_URL'] ?? '';
  const dev = environment['STAFF_DEV_SECRET'] ?? '';
  if (issuer !== '' && dev !== '') {
    throw new ConfigFaults(['STAFF_JWKS_URL and STAFF_DEV_SECRET exclude each other']);
  }
  if (dev !== '') {
    return { kind: 'dev', secret: parseEnvironment(staffSecretSchema, environment).STAFF_DEV_SECRET };
  }
  if (issuer === '') return { kind: 'none' };
  const own = parseEnvironment(issuerSchema, environment);
  return {
    kind: 'oidc',
    jwksUrl: own.STAFF_JWKS_URL,
    issuer: own.STAFF_ISSUER,
    audience: own.STAFF_AUDIENCE,
    clientId: own.STAFF_CLIENT_ID,
  };
}
