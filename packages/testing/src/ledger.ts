import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { type Instant, instantFromMs } from '@tollgate/kernel/time/time';
import { on, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import type { TestPlatform, TestTenant } from './stack.js';
import { waitFor } from './waiting.js';

/** What a checker finds when it compares effects with what was written. All zero = each effect happened once. */
export interface Findings {
  readonly lost: number;
  readonly doubled: number;
  /** Effects of one key that happened after those of a later message. */
  readonly disordered: number;
}

export const FLAWLESS: Findings = { lost: 0, doubled: 0, disordered: 0 };

/** Messages with a known sequence per key, and a table of the effects they had, without any constraint to help. */
export interface Ledger {
  /** Where effects are noted, in the tenant's schema. */
  readonly table: string;
  /** A consumer that notes each message's effect. */
  readonly consumer: ConsumerOptions;
  /** Publishes this many messages over a few keys, each in a transaction of its own. */
  write(count: number): Promise<void>;
  /** Publishes one message in a transaction that the caller holds; it counts as written when that commits. */
  writeIn(tx: TenantTx): Promise<void>;
  /** The effect of one message, for consumers that do without the inbox. */
  note(tx: TenantTx, effect: { readonly customerId: string; readonly revision: number }): Promise<void>;
  check(): Promise<Findings>;
  /** Waits until nothing is lost any more, and then reports. */
  settled(boundMs?: number): Promise<Findings>;
}

const KEYS = 5;

/** Creates the table in the tenant's schema. */
export const createLedger = async (
  platform: Pick<TestPlatform, 'db'>,
  tenant: TestTenant,
  consumerName: string,
): Promise<Ledger> => {
  const table = `ledger_${newId('evt').slice(-12)}`;
  await platform.db.admin(async (tx) => {
    await tx.query(
      `CREATE TABLE "${tenant.schema}".${table} (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id text NOT NULL, revision integer NOT NULL)`,
    );
    await tx.query(`GRANT SELECT, INSERT ON "${tenant.schema}".${table} TO "${tenant.schema}"`);
  });
  const customers = Array.from({ length: KEYS }, () => newId('cus'));
  const written = new Map<string, number>();
  const note: Ledger['note'] = async (tx, { customerId, revision }) => {
    if (!customers.some((id) => id === customerId)) return;
    await tx.query(`INSERT INTO {t}.${table} (customer_id, revision) VALUES ($1, $2)`, [
      customerId,
      revision,
    ]);
  };
  const publishIn = async (tx: TenantTx): Promise<() => void> => {
    const total = [...written.values()].reduce((sum, count) => sum + count, 0);
    const customerId = customers[total % KEYS] ?? '';
    const revision = (written.get(customerId) ?? 0) + 1;
    await publish(tx, [
      outgoing(customerChanged, {
        aggregate: customerId,
        occurredAt: now(),
        data: recordOf(customerId, revision),
      }),
    ]);
    // Written now and not with the commit: tests hold transactions open over rows that stand in the outbox.
    await tx.query('SELECT 1');
    return () => written.set(customerId, revision);
  };
  const writeOne = async (): Promise<void> => {
    const count = await platform.db.tenant(tenant.scope, publishIn);
    count();
  };
  const check = async (): Promise<Findings> => {
    const rows = await platform.db.tenant(tenant.scope, (tx) =>
      tx.query<{ customer_id: string; revision: number }>(
        `SELECT customer_id, revision FROM {t}.${table} ORDER BY seq`,
      ),
    );
    return findingsOf(rows, written);
  };
  return {
    table,
    consumer: {
      name: consumerName,
      subscriptions: [on(customerChanged, (tx, message) => note(tx, message.data as Effect))],
    },
    write: async (count) => {
      for (let index = 0; index < count; index += 1) await writeOne();
    },
    writeIn: async (tx) => tx.onCommit(await publishIn(tx)),
    note,
    check,
    settled: async (boundMs) => {
      await waitFor('every effect', async () => (await check()).lost === 0, boundMs);
      return check();
    },
  };
};

interface Effect {
  readonly customerId: string;
  readonly revision: number;
}

const findingsOf = (
  rows: readonly { customer_id: string; revision: number }[],
  written: ReadonlyMap<string, number>,
): Findings => {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  let doubled = 0;
  let disordered = 0;
  for (const { customer_id, revision } of rows) {
    const key = `${customer_id}/${revision}`;
    if (seen.has(key)) doubled += 1;
    else if (revision < (newest.get(customer_id) ?? 0)) disordered += 1;
    seen.add(key);
    newest.set(customer_id, Math.max(revision, newest.get(customer_id) ?? 0));
  }
  const expected = [...written.values()].reduce((sum, count) => sum + count, 0);
  return { lost: expected - seen.size, doubled, disordered };
};

const now = (): Instant => instantFromMs(Date.now());

const recordOf = (customerId: string, revision: number) => ({
  customerId: customerId as `cus_${string}`,
  revision,
  name: `Customer at ${revision}`,
  email: null,
  country: 'DE',
  timeZone: 'UTC',
  currency: 'EUR',
  taxId: null,
  address: null,
  externalId: null,
  createdOn: '2024-01-01',
});
