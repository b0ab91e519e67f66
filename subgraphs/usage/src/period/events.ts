import { PERIOD_BATCH_MAX } from '@tollgate/contracts/plans/subscription';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { batchesOf } from '@tollgate/runtime/messaging/batches';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { PeriodClose } from './store.js';

/** One key for all totals of a tenant: a revision is seen before every close that follows it. */
const KEY = 'period-totals';

/** Totals of closed periods. */
export function totalledMessages(closes: readonly PeriodClose[], occurredAt: Instant): Outgoing[] {
  return batchesOf(closes.map(totalOf), PERIOD_BATCH_MAX).map((totals) =>
    outgoing(usagePeriodTotalled, { aggregate: KEY, occurredAt, data: { totals } }),
  );
}

function totalOf({ terms, period, index, next, revision, meters }: PeriodClose) {
  return {
    terms,
    period,
    index,
    next,
    revision,
    meters: meters.map((meter) => ({ ...meter, meterId: meter.meterId as Id<'mtr'> })),
  };
}
