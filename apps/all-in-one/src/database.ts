import { join } from 'node:path';
import { ensureDatabase } from '@tollgate/local/databases';
import { startPostgres } from '@tollgate/local/embedded-postgres';
import { migratePlatform, migrateTenant } from '@tollgate/prisma/migrate';
import { Database } from '@tollgate/runtime/database/db';
import type { LocalConfig } from './config.js';
import type { Secrets } from './secrets.js';

const APP_LOGIN = 'tollgate_app';
/** Of the embedded server. */
export const DATABASE_NAME = 'tollgate';

export interface LocalDatabase {
  /** Login of the services. */
  readonly url: string;
  readonly adminUrl: string;
  stop(): Promise<void>;
}

/** The Postgres of a local system, migrated: the one that the environment names, or an embedded one. */
export async function openDatabase(config: LocalConfig, secrets: Secrets): Promise<LocalDatabase> {
  if (config.databaseUrl !== undefined && config.databaseAdminUrl !== undefined) {
    await migrate(config.databaseAdminUrl, loginOf(config.databaseUrl));
    return { url: config.databaseUrl, adminUrl: config.databaseAdminUrl, stop: async () => undefined };
  }
  const postgres = await startPostgres({ dataDir: join(config.dataDir, 'postgres') });
  const adminUrl = await ensureDatabase(postgres.url, DATABASE_NAME);
  await migrate(adminUrl, { login: APP_LOGIN, password: secrets.databasePassword });
  return {
    url: serviceUrl(adminUrl, secrets),
    adminUrl,
    stop: () => postgres.stop(),
  };
}

/** The platform's schemas, then every tenant's: a release may have brought new tables. */
async function migrate(adminUrl: string, service: { login: string; password: string }): Promise<void> {
  const db = new Database({ url: adminUrl, adminUrl, poolMax: 2 });
  try {
    await migratePlatform((work) => db.admin(work), service);
    const tenants = await db.admin((tx) =>
      tx.query<{ schema_name: string }>(`SELECT schema_name FROM {c}.tenant WHERE state <> 'provisioning'`),
    );
    for (const tenant of tenants) await migrateTenant((work) => db.admin(work), tenant.schema_name);
  } finally {
    await db.close();
  }
}

function loginOf(url: string): { login: string; password: string } {
  const { username, password } = new URL(url);
  return { login: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The embedded database for the services. */
export function serviceUrl(adminUrl: string, secrets: Secrets): string {
  const changed = new URL(adminUrl);
  changed.username = APP_LOGIN;
  changed.password = secrets.databasePassword;
  return changed.href;
}
