import {
  migratePlatform,
  migrateShard,
  migrateTenant,
  type Owner,
  type ServiceLogin,
} from '@tollgate/prisma/migrate';
import { messageOf } from '../base/errors.js';
import { Database } from '../database/db.js';

const POOL_MAX = 2;

/** Where the databases are, with the logins that own them. */
export interface MigrateOptions {
  /** Of the database with the control schema, which is the shard `main`. */
  readonly adminUrl: string;
  readonly service: ServiceLogin;
  /** Further shards by name. */
  readonly shards?: Readonly<Record<string, { readonly adminUrl: string; readonly service: ServiceLogin }>>;
}

/** How many tenants there are, and what kept some of them from being brought up to date. */
export interface Migrated {
  readonly tenants: number;
  readonly failed: readonly string[];
}

/**
 * Brings every database up to date: the platform's schemas, those of further shards, then every tenant's where it lives.
 * One tenant that cannot be migrated keeps nobody else back; a later run goes on where this one stopped.
 */
export async function migrateAll({ adminUrl, service, shards = {} }: MigrateOptions): Promise<Migrated> {
  const main = openedBy(adminUrl);
  const databases = new Map([['main', main]]);
  try {
    await migratePlatform(ownerOf(main), service);
    for (const [name, shard] of Object.entries(shards)) {
      const database = openedBy(shard.adminUrl);
      databases.set(name, database);
      await migrateShard(ownerOf(database), shard.service);
    }
    return await migrateTenants(main, databases);
  } finally {
    await Promise.all([...databases.values()].map((database) => database.close()));
  }
}

async function migrateTenants(main: Database, databases: ReadonlyMap<string, Database>): Promise<Migrated> {
  const tenants = await main.admin((tx) => tx.query<{ schema_name: string; shard: string }>(TENANTS_SQL));
  const failed: string[] = [];
  for (const { schema_name: schema, shard } of tenants) {
    const database = databases.get(shard);
    if (database === undefined) failed.push(`${schema}: no owner's login of the shard ${shard} is set`);
    else
      await migrateTenant((work) => database.admin(work), schema).catch((error: unknown) =>
        failed.push(`${schema}: ${messageOf(error)}`),
      );
  }
  return { tenants: tenants.length, failed };
}

const TENANTS_SQL = `
  SELECT t.schema_name, p.shard FROM {c}.tenant t JOIN {c}.placement p ON p.tenant_id = t.id
  WHERE t.state <> 'provisioning' ORDER BY t.schema_name`;

function openedBy(adminUrl: string): Database {
  return new Database({ url: adminUrl, adminUrl, poolMax: POOL_MAX });
}

function ownerOf(database: Database): Owner {
  return {
    run: (work) => database.admin(work),
    alone: (text, params) => database.single('admin').query(text, params),
  };
}

/** Who logs in by this URL. */
export function loginOf(url: string): ServiceLogin {
  const { username, password } = new URL(url);
  return { login: decodeURIComponent(username), password: decodeURIComponent(password) };
}
