// A worker as a process of its own, for tests that kill it. SIM_DIE says where it kills itself, if at all.
import { decode } from '@tollgate/contracts/event';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOPICS } from '@tollgate/contracts/topics';
import { on } from '@tollgate/runtime/messaging/consume';
import { Inbox } from '@tollgate/runtime/messaging/inbox';
import { Database } from '@tollgate/runtime/database/db';
import { PostgresEventLog } from '@tollgate/runtime/messaging/event-log-postgres';
import { SILENT } from '@tollgate/runtime/base/log';
import { createMetrics } from '@tollgate/runtime/base/metrics';
import { writePosition } from '@tollgate/runtime/messaging/offsets';

const { SIM_DATABASE_URL, SIM_TENANT, SIM_TABLE, SIM_CONSUMER, SIM_DIE, SIM_INBOX } = process.env;
const DIES_AT_MESSAGE = 5;

const db = new Database({ url: SIM_DATABASE_URL });
const log = new PostgresEventLog(db, SILENT);
let effects = 0;

/** As kill -9 does it: no handler runs, no buffer is flushed. */
const die = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

const note = async (tx, { customerId, revision }) => {
  await tx.query(`INSERT INTO {t}.${SIM_TABLE} (customer_id, revision) VALUES ($1, $2)`, [
    customerId,
    revision,
  ]);
  effects += 1;
};

const inbox = new Inbox(
  { db, log, logger: SILENT, metrics: createMetrics({ defaults: false }) },
  {
    name: SIM_CONSUMER,
    subscriptions: [
      on(customerChanged, async (tx, message) => {
        await note(tx, message.data);
        if (SIM_DIE === 'before-commit' && effects === DIES_AT_MESSAGE) await die();
      }),
    ],
  },
);

/** Without an inbox: each effect commits by itself, and the position follows when the batch is done. */
const naive = async (batch) => {
  const scope = { tenantId: SIM_TENANT, actor: 'simulation', correlation: 'simulation', cause: 'simulation' };
  for (const record of batch.records) {
    const message = decode(customerChanged, record.envelope);
    await db.tenant(scope, (tx) => note(tx, message.data));
    if (SIM_DIE === 'before-acknowledging' && effects === DIES_AT_MESSAGE) await die();
  }
  const at = { consumer: SIM_CONSUMER, source: batch.source, partition: batch.partition };
  await db.shard('main', (tx) => writePosition(tx, { ...at, position: batch.records.at(-1).position }));
};

const safe = async (batch) => {
  await inbox.handle(batch);
  if (SIM_DIE === 'before-acknowledging') await die();
};

await log.consume({
  consumer: SIM_CONSUMER,
  topics: [TOPICS.tenancy.name],
  handle: SIM_INBOX === 'no' ? naive : safe,
});
process.stdout.write('consuming\n');
