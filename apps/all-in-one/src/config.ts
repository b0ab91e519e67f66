import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigFaults } from '@tollgate/runtime/base/config';

/** Root of the installation: where the checked-in supergraph and the built services are. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LocalConfig {
  /** Everything that a local system keeps: databases, secrets, logs, credentials of the demo. */
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  /** A Postgres that is already there; unset: an embedded one. */
  readonly databaseUrl: string | undefined;
  readonly databaseAdminUrl: string | undefined;
  /** Real providers; unset: the local provider sandbox. */
  readonly realProviders: boolean;
  readonly logLevel: string;
  /** Everything else is handed on to the services as it is. */
  readonly environment: Environment;
}

/** This process's environment. */
export const processEnvironment: Environment = process.env;

const PORT_DEFAULT = 4_000;
const PORT_MAX = 65_535;

/** Reads what the local ways to run need; all faults come together. */
export function readLocalConfig(environment: Environment, folder = '.tollgate'): LocalConfig {
  const faults: string[] = [];
  const port = Number(environment['PORT'] ?? environment['GATEWAY_PORT'] ?? PORT_DEFAULT);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
    faults.push(`PORT: a number from 0 to ${PORT_MAX}`);
  const databaseUrl = given(environment['DATABASE_URL']);
  const databaseAdminUrl = given(environment['DATABASE_ADMIN_URL']);
  for (const [name, url] of Object.entries({
    DATABASE_URL: databaseUrl,
    DATABASE_ADMIN_URL: databaseAdminUrl,
  })) {
    if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) faults.push(`${name}: a postgres:// URL`);
  }
  if (databaseUrl !== undefined && databaseAdminUrl === undefined) {
    faults.push('DATABASE_ADMIN_URL: needed with DATABASE_URL, for migrations and new tenants');
  }
  const stripe = given(environment['STRIPE_SECRET_KEY']) !== undefined;
  const paypal = given(environment['PAYPAL_CLIENT_ID']) !== undefined;
  if (stripe !== paypal)
    faults.push('STRIPE_SECRET_KEY and PAYPAL_CLIENT_ID: set both, or neither for the sandbox');
  if (faults.length > 0) throw new ConfigFaults(faults);
  return {
    dataDir: resolve(ROOT, expanded(environment['TOLLGATE_DATA'] ?? folder)),
    port,
    host: environment['HOST'] ?? '127.0.0.1',
    databaseUrl,
    databaseAdminUrl,
    realProviders: stripe,
    logLevel: environment['LOG_LEVEL'] ?? 'info',
    environment,
  };
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function expanded(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
