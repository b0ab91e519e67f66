import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAhead, type Alone } from './indexes.js';

export type { Alone } from './indexes.js';

/** A connection that may create schemas, roles and tables, inside an open transaction. */
export interface Migrator {
  query<R>(text: string, params?: readonly unknown[]): Promise<R[]>;
}

/** Runs a piece of work in one transaction. */
export type InTransaction = <T>(work: (tx: Migrator) => Promise<T>) => Promise<T>;

type Family = 'control' | 'shard' | 'tenant';

interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

const TENANT_SCHEMA = /^t_[0-9a-z]{26}$/;
const ROLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** The group that every tenant role belongs to, and the login of the services. */
const TENANT_GROUP = 'tollgate_tenant';
const SERVICE_GROUP = 'tollgate_app';

/** A database as its owner sees it. */
export interface Owner {
  readonly run: InTransaction;
  /** Where it is given, large indexes are made while others write. */
  readonly alone?: Alone;
}

/** The login that the services use; it is created when it is missing. */
export interface ServiceLogin {
  readonly login: string;
  readonly password: string;
}

/** Brings the platform's own schemas up to date: roles, control, shard. Safe to run again and by several at once. */
export async function migratePlatform(owner: Owner, service: ServiceLogin): Promise<void> {
  await migrateRoles(owner, service);
  await migrateSchema(owner, 'control', 'control');
  await owner.run((tx) => tx.query(`GRANT USAGE ON SCHEMA control TO ${SERVICE_GROUP}`));
  await migrateOwnShard(owner);
}

/** The same for a further shard, which has no control schema. */
export async function migrateShard(owner: Owner, service: ServiceLogin): Promise<void> {
  await migrateRoles(owner, service);
  await migrateOwnShard(owner);
}

async function migrateRoles({ run }: Owner, service: ServiceLogin): Promise<void> {
  await whileRolesChange(() =>
    run(async (tx) => {
      await lock(tx);
      await ensureRoles(tx, service);
    }),
  );
}

async function migrateOwnShard(owner: Owner): Promise<void> {
  await migrateSchema(owner, 'shard', 'shard');
  await owner.run((tx) => tx.query(`GRANT USAGE ON SCHEMA shard TO ${SERVICE_GROUP}, ${TENANT_GROUP}`));
}

/**
 * Brings one tenant's schema and role up to date, from nothing or from wherever an earlier run stopped. The role
 * alone may use the schema; the services may become the role, but do not inherit its rights.
 */
export async function migrateTenant(run: InTransaction, schema: string): Promise<void> {
  if (!TENANT_SCHEMA.test(schema)) throw new Error(`not a tenant schema: ${schema}`);
  await whileRolesChange(() =>
    run(async (tx) => {
      await lock(tx);
      await ensureRole(tx, schema, 'NOLOGIN');
      await tx.query(`GRANT ${TENANT_GROUP} TO "${schema}" WITH INHERIT TRUE`);
      await tx.query(`GRANT "${schema}" TO ${SERVICE_GROUP} WITH INHERIT FALSE, SET TRUE`);
    }),
  );
  await migrateSchema({ run }, 'tenant', schema);
  await run(async (tx) => {
    await lock(tx);
    await tx.query(rightsIn(schema));
  });
}

/** What a tenant's role may do. What happened is not edited: not by a bug, not by who got hold of the services' login. */
function rightsIn(schema: string): string {
  return `GRANT USAGE ON SCHEMA "${schema}" TO "${schema}";
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO "${schema}";
    REVOKE UPDATE, DELETE ON "${schema}".event, "${schema}".audit, "${schema}".invoices_ledger_entry FROM "${schema}";
    REVOKE ALL ON "${schema}".schema_migration FROM "${schema}"`;
}

/** Applies the migrations a schema lacks, each in a transaction of its own; all in one where there is nothing yet. */
async function migrateSchema(owner: Owner, family: Family, schema: string): Promise<void> {
  const { run } = owner;
  const done = await run(async (tx) => {
    await lock(tx);
    await tx.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS "${schema}".schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    return appliedIn(tx, schema);
  });
  const all = migrationsOf(family);
  const found = done.size > 0 ? done : await run((tx) => applyAll(tx, schema, all));
  await migrateFrom(found, owner, { family, schema });
}

/** Everything that a schema lacks in which nothing is yet, in one round trip; answers with what is there afterwards. */
async function applyAll(
  tx: Migrator,
  schema: string,
  migrations: readonly Migration[],
): Promise<ReadonlySet<string>> {
  await lock(tx);
  const found = await appliedIn(tx, schema);
  if (found.size > 0) return found;
  const statements = migrations.flatMap((migration) => migration.statements);
  await tx.query([`SET LOCAL search_path TO "${schema}";`, ...statements].join('\n'));
  const names = migrations.map((migration) => migration.name);
  await tx.query(`INSERT INTO "${schema}".schema_migration (name) SELECT unnest($1::text[])`, [names]);
  return new Set(names);
}

async function migrateFrom(
  done: ReadonlySet<string>,
  { run, alone }: Owner,
  { family, schema }: { readonly family: Family; readonly schema: string },
): Promise<void> {
  for (const migration of migrationsOf(family)) {
    if (done.has(migration.name)) continue;
    if (alone !== undefined) await buildAhead(alone, schema, migration.statements);
    await withoutQueueing(() => run((tx) => apply(tx, schema, migration)));
  }
}

/** Who waits for a table holds up all who come behind: so it waits for moments only, again and again. */
const LOCK_WAIT_MS = 1_000;
const LOCK_TRIES_MAX = 600;
const LOCK_PAUSE_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';

async function withoutQueueing(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const queued = error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
      if (!queued || attempt >= LOCK_TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
  }
}

async function apply(tx: Migrator, schema: string, migration: Migration): Promise<void> {
  await lock(tx);
  if ((await appliedIn(tx, schema)).has(migration.name)) return;
  // For this transaction alone, so that the statements can be read as they stand.
  await tx.query(`SET LOCAL search_path TO "${schema}"`);
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
  for (const statement of migration.statements) await tx.query(statement);
  await tx.query(`INSERT INTO "${schema}".schema_migration (name) VALUES ($1)`, [migration.name]);
}

async function appliedIn(tx: Migrator, schema: string): Promise<Set<string>> {
  const rows = await tx.query<{ name: string }>(`SELECT name FROM "${schema}".schema_migration`);
  return new Set(rows.map((row) => row.name));
}

async function ensureRoles(tx: Migrator, service: ServiceLogin): Promise<void> {
  await ensureRole(tx, TENANT_GROUP, 'NOLOGIN');
  await ensureRole(tx, SERVICE_GROUP, 'NOLOGIN');
  if (!ROLE_NAME.test(service.login)) throw new Error(`not a role name: ${service.login}`);
  const password = service.password.replaceAll("'", "''");
  await ensureRole(tx, service.login, 'NOLOGIN');
  await tx.query(`ALTER ROLE "${service.login}" LOGIN PASSWORD '${password}'`);
  if (service.login !== SERVICE_GROUP)
    await tx.query(`GRANT ${SERVICE_GROUP} TO "${service.login}" WITH INHERIT TRUE`);
}

async function ensureRole(tx: Migrator, name: string, options: string): Promise<void> {
  // Roles belong to the whole server, so another database may be creating the same one right now.
  await tx.query(
    `DO $$ BEGIN CREATE ROLE "${name}" ${options}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
}

const ROLE_TRIES_MAX = 20;
const ROLE_PAUSE_MS = 25;

/**
 * Roles belong to the whole server while our lock belongs to one database: a migration of another database on the
 * same server may change the same role, and Postgres then refuses one of the two with an internal error.
 */
async function whileRolesChange(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const collided = error instanceof Error && error.message === 'tuple concurrently updated';
      if (!collided || attempt >= ROLE_TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, ROLE_PAUSE_MS * attempt));
    }
  }
}

async function lock(tx: Migrator): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('tollgate.migrate', 0))");
}

const loaded = new Map<Family, readonly Migration[]>();

function migrationsOf(family: Family): readonly Migration[] {
  const known = loaded.get(family);
  if (known !== undefined) return known;
  const folder = fileURLToPath(new URL(`../${family}/migrations/`, import.meta.url));
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const list = names.map((name) => ({
    name,
    statements: statementsOf(readFileSync(`${folder}${name}/migration.sql`, 'utf8')),
  }));
  loaded.set(family, list);
  return list;
}

/** Statements end with `;` at the end of a line, outside of `$$` bodies. */
function statementsOf(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  for (const line of sql.split('\n')) {
    if (line.trim() === '' || line.startsWith('--')) continue;
    current += `${line}\n`;
    const insideBody = (current.match(/\$\$/g) ?? []).length % 2 === 1;
    if (!insideBody && line.trimEnd().endsWith(';')) {
      statements.push(current.trim());
      current = '';
    }
  }
  if (current.trim() !== '') statements.push(current.trim());
  return statements;
}
