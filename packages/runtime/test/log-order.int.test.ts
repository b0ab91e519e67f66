import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { envelope } from '@tollgate/contracts/envelope';
import { createLedger } from '@tollgate/testing/ledger';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettled } from '../src/messaging/outbox-reader.js';
import { allAfter, fresh, START, TENANCY } from './faulty.js';

let platform: TestPlatform;
let tenant: TestTenant;
beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(() => platform.destroy());

/** How often a row stands before an earlier one of its key. */
const inversions = (envelopes: readonly unknown[]): number => {
  const newest = new Map<string, number>();
  let found = 0;
  for (const one of envelopes) {
    const { customerId, revision } = customerChanged.schema.parse(envelope.parse(one).data);
    if (revision < (newest.get(customerId) ?? 0)) found += 1;
    newest.set(customerId, revision);
  }
  return found;
};

test('what a transaction publishes stands behind all that it has read, even where it wrote before it read', async () => {
  const ledger = await createLedger(platform, tenant, fresh());
  for (let turn = 0; turn < 3; turn += 1)
    await platform.db.tenant(tenant.scope, async (tx) => {
      // As a claim in the inbox does: from here on it has an id.
      await tx.query('SELECT pg_current_xact_id()');
      // Of each key one; what comes of the first of them is published here.
      await ledger.write(5);
      await ledger.writeIn(tx);
    });
  const records = await allAfter({ platform, tenant }, START);
  expect(records).toHaveLength(18);
  expect(inversions(records.map((record) => record.envelope))).toBe(0);
  // Control: by the ids of their transactions effects stand before their causes.
  const byWriter = await platform.db.read<{ envelope: string }>(
    'main',
    'SELECT envelope FROM {s}.outbox ORDER BY xmin::text::bigint, id',
  );
  expect(inversions(byWriter.map((row) => JSON.parse(row.envelope) as unknown))).toBeGreaterThan(0);
});

test('a row is read when all transactions are over that may stand before it, and not before', async () => {
  const ledger = await createLedger(platform, tenant, fresh());
  const [last] = (await allAfter({ platform, tenant }, START)).slice(-1);
  const after = last?.position ?? START;
  const read = () => readSettled(platform.db.single('main'), TENANCY, after);
  await platform.db.tenant(tenant.scope, async (tx) => {
    await tx.query('SELECT pg_current_xact_id()');
    await ledger.write(1);
    expect(await read()).toMatchObject({ records: [], unsettled: true });
  });
  expect(await allAfter({ platform, tenant }, after)).toHaveLength(1);
});
