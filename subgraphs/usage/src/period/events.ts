import type { Bill } from '@tollgate/contracts/plans/bill';
import { PERIOD_BATCH_MAX } from '@tollgate/contracts/plans/subscription';
import { TOTALS_KEY, usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import { batchesOfRuns, runsOf } from '@tollgate/runtime/messaging/batches';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { figuresView } from '../position/view.js';
import type { PriceTotal, StretchClose } from './store.js';

/** A billed stretch with its positions; the bill comes along with the first ones. A joint bill may have no stretch. */
export interface Totalled extends Pick<StretchClose, 'number' | 'revision' | 'meters' | 'prices'> {
  readonly terms: Pick<StretchClose['terms'], 'subscriptionId' | 'customerId'>;
  readonly bill: Bill | null;
}

/** Totals of billed stretches. */
export function totalledMessages(totals: readonly Totalled[], occurredAt: Instant): Outgoing[] {
  const runs = runsOf(totals.map(totalOf), ({ bill }) => bill?.joint);
  return batchesOfRuns(runs, PERIOD_BATCH_MAX).map((batch) =>
    outgoing(usageBillTotalled, { aggregate: TOTALS_KEY, occurredAt, data: { totals: batch } }),
  );
}

function totalOf({ terms, number, revision, bill, meters, prices }: Totalled) {
  const { subscriptionId, customerId } = terms;
  return {
    ...{ subscriptionId, customerId, number, revision, bill },
    meters: meters.map((meter) => ({ ...meter, meterId: meter.meterId as Id<'mtr'> })),
    ...(prices.length > 0 && { prices: prices.map(priceTotalOf) }),
  };
}

function priceTotalOf({ groups, from, to, ...price }: PriceTotal) {
  const told = groups?.map((group) => ({ ...group, dimensions: [...group.dimensions] }));
  const ends = { from: from === null ? null : figuresView(from), to: figuresView(to) };
  return {
    ...price,
    ...ends,
    priceId: price.priceId as Id<'prc'>,
    ...(told !== undefined && { groups: told }),
  };
}
