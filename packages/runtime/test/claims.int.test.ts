import { envelope } from '@tollgate/contracts/envelope';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { createLedger, FLAWLESS } from '@tollgate/testing/ledger';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Inbox } from '../src/messaging/inbox.js';
import { applyFresh, applyShares, type Share } from '../src/messaging/shares.js';
import { allAfter, fresh, START } from './faulty.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(() => platform.destroy());

/** A consumer's share of messages that were just written, and its ledger. */
const sharing = async (messages: number) => {
  const ledger = await createLedger(platform, tenant, fresh());
  const before = await allAfter({ platform, tenant }, START);
  await ledger.write(messages);
  const records = await allAfter({ platform, tenant }, before.at(-1)?.position ?? START);
  const inbox = new Inbox({ ...platform, log: platform.eventLog }, ledger.consumer);
  const deliveries = records.flatMap(
    (record) => inbox.deliveryOf(record, envelope.parse(record.envelope)) ?? [],
  );
  const share: Share = { consumer: ledger.consumer.name, deliveries, at: null };
  const placement = await platform.db.locate(tenant.id);
  if (placement === null) throw new Error('the tenant has a place');
  return { ledger, share, placement };
};

test('what was had before has no effect where it is taken for new, and neither has what comes with it', async () => {
  const { ledger, share, placement } = await sharing(4);
  const [first] = share.deliveries;
  if (first === undefined) throw new Error('there are four');
  await applyFresh(platform.db, placement, [{ ...share, deliveries: [first] }]);
  await expect(applyFresh(platform.db, placement, [share])).rejects.toThrow(/duplicate key/);
  expect((await ledger.check()).lost).toBe(3);
  await applyShares(platform.db, placement, [share]);
  await applyShares(platform.db, placement, [share]);
  expect(await ledger.check()).toEqual(FLAWLESS);
});

test('of many that claim the same messages at once each has its effect once, in order', async () => {
  const { ledger, share, placement } = await sharing(20);
  const claims = Array.from({ length: 6 }, (_, index) =>
    (index % 2 === 0 ? applyShares : applyFresh)(platform.db, placement, [share]),
  );
  const outcomes = await Promise.allSettled(claims);
  expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await ledger.check()).toEqual(FLAWLESS);
});
