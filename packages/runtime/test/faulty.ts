import { decode } from '@tollgate/contracts/event';
import { envelope } from '@tollgate/contracts/envelope';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOPICS, type TopicName } from '@tollgate/contracts/topics';
import { createLedger, type Ledger } from '@tollgate/testing/ledger';
import type { TestPlatform, TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { newId } from '../src/base/new-id.js';
import type { LogBatch, LogRecord, Position } from '../src/messaging/event-log.js';
import { readSettled } from '../src/messaging/outbox-reader.js';

export const TENANCY: readonly TopicName[] = [TOPICS.tenancy.name];
export const START: Position = { major: 0n, minor: 0n };

/** Where faults are played, and in whose name. */
export interface Scene {
  readonly platform: TestPlatform;
  readonly tenant: TestTenant;
}

/** A consumer's name that nobody had. */
export const fresh = (): string => `faults-${newId('evt').slice(-12)}`;

/** A ledger that nobody wrote to. */
export const ledgerOn = ({ platform, tenant }: Scene): Promise<Ledger> =>
  createLedger(platform, tenant, fresh());

/** Everything after a position once no transaction holds back any of it. */
export const allAfter = ({ platform }: Scene, position: Position): Promise<LogRecord[]> =>
  waitFor('the transactions to end', async () => {
    const { records, unsettled } = await readSettled(platform.db.single('main'), TENANCY, position);
    return unsettled ? null : records;
  });

/** What the effects look like when a handler has no inbox: each delivery is an effect. */
export const withoutInbox =
  ({ platform, tenant }: Scene, ledger: Ledger) =>
  async (batch: LogBatch): Promise<void> => {
    for (const record of batch.records) {
      const message = decode(customerChanged, envelope.parse(record.envelope));
      if (message.tenant !== tenant.id) continue;
      await platform.db.tenant(tenant.scope, (tx) => ledger.note(tx, message.data));
    }
  };
