// Brings the databases up to date: the platform's schemas, those of further shards, then every tenant's. Safe to run
// again, and by several at once.
//   DATABASE_ADMIN_URL=… DATABASE_URL=… [SHARD_ADMIN_URLS=name=… SHARD_URLS=name=…] node scripts/migrate.mjs
import { loginOf, migrateAll } from '@tollgate/runtime/service/migrate';

try {
  const { tenants, failed } = await migrateAll(readEnvironment(process.env));
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${tenants} tenants failed:\n${failed.join('\n')}`);
  console.log(`migrate: platform and ${tenants} tenants are up to date`);
} catch (error) {
  console.error(`migrate: ${error.message}`);
  process.exitCode = 1;
}

/** Both logins, of every database; the services' one is created where it is missing. */
function readEnvironment(environment) {
  const names = ['DATABASE_ADMIN_URL', 'DATABASE_URL'];
  const faults = names
    .filter((name) => !/^postgres(ql)?:\/\//.test(environment[name] ?? ''))
    .map((name) => `${name}: a postgres:// URL`);
  const services = byName(environment.SHARD_URLS);
  const owners = byName(environment.SHARD_ADMIN_URLS);
  for (const name of Object.keys(services))
    if (owners[name] === undefined)
      faults.push(`SHARD_ADMIN_URLS: ${name}=postgres://… of the shard's owner`);
  for (const name of Object.keys(owners))
    if (services[name] === undefined) faults.push(`SHARD_URLS: ${name}=postgres://… of the services`);
  if (faults.length > 0)
    throw new Error(`the environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return {
    adminUrl: environment.DATABASE_ADMIN_URL,
    service: loginOf(environment.DATABASE_URL),
    shards: Object.fromEntries(
      Object.entries(owners).map(([name, adminUrl]) => [
        name,
        { adminUrl, service: loginOf(services[name]) },
      ]),
    ),
  };
}

/** `name=postgres://…,name2=postgres://…`. */
function byName(text) {
  const pairs = (text ?? '').split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
