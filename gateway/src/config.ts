import { readFileSync } from 'node:fs';
import { ConfigFaults } from '@tollgate/runtime/base/config';

/** Everything the gateway may be told from outside. Milliseconds and bytes are in the names. */
export interface GatewayConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly identitySecret: string;
  readonly portalSecret: string;
  readonly staff: StaffConfig;
  /** Who may read the schema through introspection. */
  readonly introspection: 'staff' | 'everyone';
  /** When given, callers other than staff may run these operations and no others (sha256 → document). */
  readonly allowedOperations?: ReadonlyMap<string, string>;
  /** `/metrics` answers loopback callers only, unless this is true. */
  readonly metricsForEveryone: boolean;
  readonly callerRequestsPerSecond: number;
  readonly callerConcurrencyMax: number;
  readonly subscriptionsPerSocketMax: number;
  readonly subscriptionsPerCallerMax: number;
  /** A socket that takes nothing for so long is closed. */
  readonly socketStallMs: number;
  readonly drainMs: number;
}

/** Staff tokens come from an OIDC issuer, or, on a developer's machine, from the gateway itself. */
export type StaffConfig =
  | { readonly kind: 'oidc'; readonly jwksUrl: string; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'dev'; readonly secret: string }
  | { readonly kind: 'none' };

export const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'] as const;

/** What the gateway needs as a process of its own: the subgraphs' addresses and the supergraph file. */
export interface ProcessConfig {
  readonly gateway: GatewayConfig;
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly supergraphPath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that have a sensible value for everybody. Secrets are not among them. */
export const DEFAULTS = {
  host: '127.0.0.1',
  port: 4000,
  introspection: 'staff',
  metricsForEveryone: false,
  callerRequestsPerSecond: 5_000,
  callerConcurrencyMax: 1_000,
  subscriptionsPerSocketMax: 200,
  subscriptionsPerCallerMax: 20_000,
  socketStallMs: 30_000,
  drainMs: 10_000,
} as const;

const SECRET_MIN_CHARS = 32;
const PORT_MAX = 65_535;

/** Reads the environment once. Throws one error that lists every fault. */
export function readConfig(env: Environment = process.env): ProcessConfig {
  const reader = new Reader(env);
  const config: ProcessConfig = {
    gateway: readGateway(reader),
    subgraphUrls: new Map(SUBGRAPHS.map((name) => [name, reader.url(`${name.toUpperCase()}_URL`)])),
    supergraphPath: reader.text('SUPERGRAPH_PATH', 'supergraph.graphql'),
    logLevel: reader.choice('LOG_LEVEL', ['info', 'debug', 'warn', 'error']),
  };
  reader.finish();
  return config;
}

/** The same without the subgraphs' addresses, for a process that holds the subgraphs itself. */
export function readGatewayConfig(env: Environment): GatewayConfig {
  const reader = new Reader(env);
  const config = readGateway(reader);
  reader.finish();
  return config;
}

/** Apollo's libraries report usage to their maker unless told not to; a billing system keeps to itself. */
export function silenceVendorTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}

function readGateway(reader: Reader): GatewayConfig {
  const allowed = reader.operations('ALLOWED_OPERATIONS_PATH');
  return {
    host: reader.text('GATEWAY_HOST', DEFAULTS.host),
    port: reader.integer('GATEWAY_PORT', DEFAULTS.port, PORT_MAX),
    identitySecret: reader.secret('INTERNAL_IDENTITY_SECRET'),
    portalSecret: reader.secret('PORTAL_TOKEN_SECRET'),
    staff: readStaff(reader),
    introspection: reader.choice('INTROSPECTION', ['staff', 'everyone']),
    ...(allowed === undefined ? {} : { allowedOperations: allowed }),
    metricsForEveryone: reader.choice('METRICS_ACCESS', ['loopback', 'everyone']) === 'everyone',
    callerRequestsPerSecond: reader.integer('CALLER_REQUESTS_PER_S', DEFAULTS.callerRequestsPerSecond),
    callerConcurrencyMax: reader.integer('CALLER_CONCURRENCY_MAX', DEFAULTS.callerConcurrencyMax),
    subscriptionsPerSocketMax: reader.integer(
      'SUBSCRIPTIONS_PER_SOCKET_MAX',
      DEFAULTS.subscriptionsPerSocketMax,
    ),
    subscriptionsPerCallerMax: reader.integer(
      'SUBSCRIPTIONS_PER_CALLER_MAX',
      DEFAULTS.subscriptionsPerCallerMax,
    ),
    socketStallMs: reader.integer('SOCKET_STALL_MS', DEFAULTS.socketStallMs),
    drainMs: reader.integer('DRAIN_MS', DEFAULTS.drainMs),
  };
}

function readStaff(reader: Reader): StaffConfig {
  const jwks = reader.has('STAFF_JWKS_URL');
  const dev = reader.has('STAFF_DEV_SECRET');
  if (jwks && dev) reader.fault('STAFF_JWKS_URL and STAFF_DEV_SECRET exclude each other');
  if (dev) return { kind: 'dev', secret: reader.secret('STAFF_DEV_SECRET') };
  if (!jwks) return { kind: 'none' };
  return {
    kind: 'oidc',
    jwksUrl: reader.url('STAFF_JWKS_URL'),
    issuer: reader.text('STAFF_ISSUER'),
    audience: reader.text('STAFF_AUDIENCE', 'tollgate-staff'),
  };
}

class Reader {
  private readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  has(name: string): boolean {
    return (this.env[name] ?? '') !== '';
  }
  fault(message: string): void {
    this.faults.push(message);
  }
  text(name: string, fallback?: string): string {
    const value = this.env[name] ?? '';
    if (value !== '') return value;
    if (fallback === undefined) this.fault(`${name} is missing`);
    return fallback ?? '';
  }
  secret(name: string): string {
    const value = this.text(name);
    if (value !== '' && value.length < SECRET_MIN_CHARS) {
      this.fault(`${name} is shorter than ${String(SECRET_MIN_CHARS)} characters`);
    }
    return value;
  }
  url(name: string): string {
    const value = this.text(name);
    if (value !== '' && !/^https?:\/\//.test(value)) this.fault(`${name} is not an http(s) URL`);
    return value.replace(/\/+$/, '');
  }
  integer(name: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number {
    if (!this.has(name)) return fallback;
    const value = Number(this.text(name));
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    this.fault(`${name} is not a whole number from 0 to ${String(max)}`);
    return fallback;
  }
  choice<const T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.text(name, choices[0]);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.fault(`${name} is none of ${choices.join(', ')}`);
    return found ?? choices[0];
  }
  operations(name: string): ReadonlyMap<string, string> | undefined {
    if (!this.has(name)) return undefined;
    try {
      const listed: unknown = JSON.parse(readFileSync(this.text(name), 'utf8'));
      return new Map(Object.entries(listed as Record<string, string>));
    } catch (error) {
      this.fault(`${name} is not a readable JSON map of sha256 to document: ${String(error)}`);
      return undefined;
    }
  }
  finish(): void {
    if (this.faults.length > 0) throw new ConfigFaults(this.faults);
  }
}
