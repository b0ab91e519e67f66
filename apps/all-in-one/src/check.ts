import { readAll, readServiceConfig } from '@tollgate/runtime/base/config';
import { readLocalConfig, type Environment, type LocalConfig } from './config.js';
import { serviceEnvironment } from './environment.js';
import { standInSecrets } from './secrets.js';

type Read = (environment: Environment) => unknown;

/** Where the parts that have settings of their own read them, and under which name. */
const READERS = {
  'gateway/dist/config.js': 'readGatewayConfig',
  'subgraphs/tenancy/dist/config.js': 'readTenancyConfig',
  'subgraphs/payments/dist/config.js': 'readConfig',
} as const;

/** No service has this address: only the form of what the user set is looked at. */
const STAND_IN_DATABASE = 'postgres://stand-in@localhost/tollgate';
const STAND_IN_SANDBOX = 'http://localhost';

/**
 * What the environment makes of a local system. All faults that any of its parts would find come in one
 * `ConfigFaults`, before anything is started or written.
 */
export async function checkedConfig(environment: Environment, folder?: string): Promise<LocalConfig> {
  const readers = await Promise.all(Object.entries(READERS).map(([path, name]) => load(path, name)));
  const probe = probeOf(environment);
  readAll([
    () => readLocalConfig(environment, folder),
    () => readServiceConfig(probe),
    ...readers.map((read) => () => read(probe)),
  ]);
  return readLocalConfig(environment, folder);
}

async function load(path: string, name: string): Promise<Read> {
  const module = (await import(new URL(`../../../${path}`, import.meta.url).href)) as Record<string, Read>;
  const read = module[name];
  if (read === undefined) throw new Error(`${path} has no ${name}`);
  return read;
}

function probeOf(environment: Environment): Environment {
  const real = (environment['STRIPE_SECRET_KEY'] ?? environment['PAYPAL_CLIENT_ID'] ?? '') !== '';
  const local = { environment, host: '127.0.0.1', logLevel: environment['LOG_LEVEL'] ?? 'info' };
  return serviceEnvironment(local, standInSecrets(), {
    database: { url: STAND_IN_DATABASE, adminUrl: STAND_IN_DATABASE },
    sandboxUrl: real ? undefined : STAND_IN_SANDBOX,
    gatewayPort: 0,
  });
}
