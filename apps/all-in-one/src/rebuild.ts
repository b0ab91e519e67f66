import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { databaseUrl } from '@tollgate/local/databases';
import { runningPostgres } from '@tollgate/local/running-postgres';
import { readServiceConfig } from '@tollgate/runtime/base/config';
import { createPlatform } from '@tollgate/runtime/service/platform';
import { lineOf, rebuild } from '@tollgate/runtime/service/rebuild';
import { processEnvironment, readLocalConfig, type LocalConfig } from './config.js';
import { DATABASE_NAME, openDatabase, serviceUrl, type LocalDatabase } from './database.js';
import { serviceEnvironment } from './environment.js';
import { localSecrets, standInSecrets } from './secrets.js';
import { loadSubgraphs } from './subgraphs.js';

const USAGE = 'usage: npm run rebuild -- [--tenant ID] [--repair] (and DATABASE_URL, SHARD_URLS)';

interface Asked {
  readonly tenantId: string | null;
  readonly repair: boolean;
}

/** Compares every projection with the journal. Exit status 1 where one differs, 2 where the command makes no sense. */
async function main(): Promise<void> {
  const asked = readArguments();
  if (asked === null) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const database = await reach();
  try {
    const { streams, differ } = await check(asked, database);
    process.stdout.write(`${streams} streams, ${differ} differ\n`);
    process.exitCode = differ > 0 ? 1 : 0;
  } finally {
    await database.stop();
  }
}

function readArguments(): Asked | null {
  try {
    const { values } = parseArgs({
      options: { tenant: { type: 'string' }, repair: { type: 'boolean', default: false } },
    });
    return { tenantId: values.tenant ?? null, repair: values.repair };
  } catch {
    return null;
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
async function check({ tenantId, repair }: Asked, database: LocalDatabase) {
  const environment = serviceEnvironment(idle(), standInSecrets(), {
    database,
    sandboxUrl: 'http://127.0.0.1:9',
    gatewayPort: 0,
  });
  const platform = await createPlatform(readServiceConfig({ ...environment, ROLE: 'api' }), 'rebuild');
  try {
    const creators = await loadSubgraphs();
    const definitions = await Promise.all(creators.map((create) => create(platform, environment)));
    const aggregates = definitions.flatMap((definition) => definition.aggregates ?? []);
    const found = (difference: Parameters<typeof lineOf>[0]) =>
      process.stdout.write(`${lineOf(difference)}\n`);
    return await rebuild({ db: platform.db.workers, aggregates, tenantId, repair, found });
  } finally {
    await platform.close();
  }
}

/** Nothing of the environment but where the shards are: this process is no service. */
function idle(): Pick<LocalConfig, 'environment' | 'host' | 'logLevel'> {
  const shards = processEnvironment['SHARD_URLS'];
  return { host: '127.0.0.1', logLevel: 'error', environment: shards ? { SHARD_URLS: shards } : {} };
}

main().catch((error: unknown) => {
  process.stderr.write(`rebuild: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
