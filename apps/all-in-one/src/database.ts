import { join } from 'node:path';
import { ensureDatabase } from '@tollgate/local/databases';
import { startPostgres } from '@tollgate/local/embedded-postgres';
import { loginOf, migrateAll, type MigrateOptions } from '@tollgate/runtime/service/migrate';
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
    await migrate({ adminUrl: config.databaseAdminUrl, service: loginOf(config.databaseUrl) });
    return { url: config.databaseUrl, adminUrl: config.databaseAdminUrl, stop: async () => undefined };
  }
  const postgres = await startPostgres({ dataDir: join(config.dataDir, 'postgres') });
  const adminUrl = await ensureDatabase(postgres.url, DATABASE_NAME);
  await migrate({ adminUrl, service: { login: APP_LOGIN, password: secrets.databasePassword } });
  return {
    url: serviceUrl(adminUrl, secrets),
    adminUrl,
    stop: () => postgres.stop(),
  };
}

async function migrate(options: MigrateOptions): Promise<void> {
  const { failed } = await migrateAll(options);
  if (failed.length > 0) throw new Error(`tenants could not be migrated:\n${failed.join('\n')}`);
}

/** The embedded database for the services. */
export function serviceUrl(adminUrl: string, secrets: Secrets): string {
  const changed = new URL(adminUrl);
  changed.username = APP_LOGIN;
  changed.password = secrets.databasePassword;
  return changed.href;
}
