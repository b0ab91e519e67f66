import { join } from 'node:path';
import { databaseUrl } from '@tollgate/local/databases';
import { runningPostgres } from '@tollgate/local/running-postgres';
import { readServiceConfig } from '@tollgate/runtime/base/config';
import type { Database } from '@tollgate/runtime/database/db';
import { createPlatform } from '@tollgate/runtime/service/platform';
import type { SubgraphDefinition } from '@tollgate/runtime/service/subgraph';
import { processEnvironment, readLocalConfig, type LocalConfig } from './config.js';
import { DATABASE_NAME, openDatabase, serviceUrl, type LocalDatabase } from './database.js';
import { serviceEnvironment } from './environment.js';
import { localSecrets, standInSecrets } from './secrets.js';
import { loadSubgraphs } from './subgraphs.js';

/** What an operator's command works on. */
export interface Opened {
  readonly db: Database;
  readonly definitions: readonly SubgraphDefinition[];
}

/** Does an operator's work on the database of a system, whether or not that runs; the subgraphs are put together and not started. */
export async function onDatabase<T>(name: string, work: (opened: Opened) => Promise<T>): Promise<T> {
  const database = await reach();
  try {
    return await onReached(name, database, work);
  } finally {
    await database.stop();
  }
}

/** The database that the environment names; else the embedded one, whether or not its system runs. */
async function reach(): Promise<LocalDatabase> {
  const url = processEnvironment['DATABASE_URL'];
  if (url) return { url, adminUrl: url, stop: async () => undefined };
  const config = readLocalConfig(processEnvironment);
  const secrets = localSecrets(config.dataDir);
  const running = await runningPostgres(join(config.dataDir, 'postgres'));
  if (running === null) return openDatabase(config, secrets);
  const adminUrl = databaseUrl(running, DATABASE_NAME);
  return { url: serviceUrl(adminUrl, secrets), adminUrl, stop: async () => undefined };
}

/** The subgraphs are put together as they always are, and not started. */
async function onReached<T>(
  name: string,
  database: LocalDatabase,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const environment = serviceEnvironment(idle(), standInSecrets(), {
    database,
    sandboxUrl: 'http://127.0.0.1:9',
    gatewayPort: 0,
  });
  const platform = await createPlatform(readServiceConfig({ ...environment, ROLE: 'api' }), name);
  try {
    const creators = await loadSubgraphs();
    const definitions = await Promise.all(creators.map((create) => create(platform, environment)));
    return await work({ db: platform.db.workers, definitions });
  } finally {
    await platform.close();
  }
}

/** Nothing of the environment but where the shards are: this process is no service. */
function idle(): Pick<LocalConfig, 'environment' | 'host' | 'logLevel'> {
  const shards = processEnvironment['SHARD_URLS'];
  return { host: '127.0.0.1', logLevel: 'error', environment: shards ? { SHARD_URLS: shards } : {} };
}
