// Brings a database up to date: the platform's schemas, then every tenant's. Safe to run again, and by several at once.
//   DATABASE_ADMIN_URL=… DATABASE_URL=… node scripts/migrate.mjs
import { migratePlatform, migrateTenant } from '@tollgate/prisma/migrate';
import { Database } from '@tollgate/runtime/database/db';

const POOL_MAX = 2;
const TENANTS = `SELECT schema_name FROM {c}.tenant WHERE state <> 'provisioning' ORDER BY schema_name`;

try {
  await migrate(readEnvironment(process.env));
} catch (error) {
  console.error(`migrate: ${error.message}`);
  process.exitCode = 1;
}

/** Both logins; the services' one is created when it is missing. */
function readEnvironment(environment) {
  const names = ['DATABASE_ADMIN_URL', 'DATABASE_URL'];
  const faults = names.filter((name) => !/^postgres(ql)?:\/\//.test(environment[name] ?? ''));
  if (faults.length > 0)
    throw new Error(
      `the environment is not usable:\n${faults.map((name) => `  - ${name}: a postgres:// URL`).join('\n')}`,
    );
  const { username, password } = new URL(environment.DATABASE_URL);
  return {
    adminUrl: environment.DATABASE_ADMIN_URL,
    service: { login: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

async function migrate({ adminUrl, service }) {
  const db = new Database({ url: adminUrl, adminUrl, poolMax: POOL_MAX });
  try {
    await migratePlatform((work) => db.admin(work), service);
    const tenants = await db.admin((tx) => tx.query(TENANTS));
    const failed = [];
    for (const { schema_name: schema } of tenants) {
      // One tenant that cannot be migrated keeps nobody else back; a later run goes on where this one stopped.
      await migrateTenant((work) => db.admin(work), schema).catch((error) =>
        failed.push(`${schema}: ${error.message}`),
      );
    }
    if (failed.length > 0)
      throw new Error(`${failed.length} of ${tenants.length} tenants failed:\n${failed.join('\n')}`);
    console.log(`migrate: platform and ${tenants.length} tenants are up to date`);
  } finally {
    await db.close();
  }
}
