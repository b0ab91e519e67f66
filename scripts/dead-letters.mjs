// Messages that failed too often and were set aside: look at them, and have them applied again.
//   DATABASE_URL=… node scripts/dead-letters.mjs list
//   DATABASE_URL=… node scripts/dead-letters.mjs replay ID… | all
const USAGE =
  'usage: node scripts/dead-letters.mjs list | replay ID… | replay all (and DATABASE_URL, SHARD_URLS)';
const POOL_MAX = 2;

const [command, ...ids] = process.argv.slice(2);
const isUsable =
  (command === 'list' && ids.length === 0) ||
  (command === 'replay' &&
    (ids.join() === 'all' || (ids.length > 0 && ids.every((id) => /^\d{1,18}$/.test(id)))));
if (!isUsable || !process.env.DATABASE_URL) {
  console.error(USAGE);
  process.exit(2);
}

// Loaded only now: a wrong command is answered at once.
const { listDeadLetters, requestReplay } = await import('@tollgate/runtime/messaging/dead-letters');
const { Database } = await import('@tollgate/runtime/database/db');
const db = new Database({
  url: process.env.DATABASE_URL,
  shards: shardsOf(process.env.SHARD_URLS),
  poolMax: POOL_MAX,
});
try {
  if (command === 'list') await list();
  else await replay(ids[0] === 'all' ? 'all' : ids.map(BigInt));
} catch (error) {
  console.error(`dead-letters: ${error.message}`);
  process.exitCode = 1;
} finally {
  await db.close();
}

/** One line for each, oldest first; tab-separated, for people and for `cut` alike. */
async function list() {
  let count = 0;
  for (const shard of db.shards) {
    for (const one of await listDeadLetters(db, shard)) {
      count += 1;
      const { id, failed_at: failedAt, consumer, type, tenant_id: tenant, attempts, error } = one;
      console.log(
        [shard, id, failedAt, consumer, type, tenant, attempts, error.replace(/\s+/g, ' ')].join('\t'),
      );
    }
  }
  console.error(
    count === 0
      ? 'no dead letters'
      : `dead letters: ${count} (shard, id, failed at, consumer, type, tenant, attempts, error)`,
  );
}

/** The workers apply them; what fails once more stays in the list with its new error. */
async function replay(which) {
  let count = 0;
  for (const shard of db.shards) count += await requestReplay(db, shard, which);
  console.log(`dead letters that will be applied again: ${count}`);
}

function shardsOf(text = '') {
  const pairs = text.split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
