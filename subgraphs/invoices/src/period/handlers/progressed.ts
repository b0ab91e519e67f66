import type { DataOf } from '@tollgate/contracts/event';
import type { usageProgressed } from '@tollgate/contracts/usage/progress';
import { assert } from '@tollgate/kernel/assert';
import { decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import { Retryable } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import { CouponBook } from '../../discount/handlers.js';
import { drafted } from '../../draft/handlers.js';
import { invoices, type InvoiceChange } from '../../invoice/aggregate.js';
import type { Position, Positions } from '../../invoice/domain/position.js';
import { linesAfterCoupons } from '../../invoice/domain/computation.js';
import { numbered } from '../../invoice/handlers.js';
import { lockInvoices } from '../../invoice/store.js';
import { pricePositions } from '../events.js';
import { advance, NO_PROGRESS, type Crossing, type OpenStretch, type Progress } from '../domain/progress.js';
import { findProgress, lifetimeUsage, progressKey, saveProgress } from '../store/progress.js';
import { findStretches } from '../store/stretch.js';
import { findSubscriptions, type SubscriptionCopy } from '../store/subscription.js';
import { WaitingCharges } from './waiting.js';

type Progressed = DataOf<typeof usageProgressed>;

/**
 * Usage went on in a stretch: where it passes thresholds, invoices are made, final at once. Steps come in their order, and
 * each is looked at once; a stretch that is over by now is billed in full by the bill that closed it.
 */
export async function takeProgress(tx: TenantTx, told: Progressed, occurredAt: Instant): Promise<void> {
  lockInvoices(tx);
  const { subscriptionId } = told;
  const copy = (await findSubscriptions(tx, [subscriptionId])).get(subscriptionId);
  if (copy === undefined || (copy.standing.bill ?? -1) < told.bill)
    throw new Retryable(`bill ${told.bill} of ${subscriptionId} is not here yet`);
  const from = instant(told.from);
  if (copy.standing.over !== null || copy.stretchFrom !== from) return;
  const key = { subscriptionId, from };
  const wanted = { subscriptionId, number: 0, begin: copy.current.period.from };
  // They travel together.
  const [known, lifetimeMinor, stretches] = await Promise.all([
    findProgress(tx, [key]),
    lifetimeUsage(tx, subscriptionId),
    findStretches(tx, [wanted]),
  ]);
  const progress = known.get(progressKey(key)) ?? NO_PROGRESS;
  if (told.told > progress.steps)
    throw new Retryable(`step ${progress.steps} of ${subscriptionId} is not here yet`);
  const steps = positionsOf(told).slice(progress.steps - told.told);
  const earlier = (stretches.get(subscriptionId) ?? []).filter(
    (one) => one.begin === copy.current.period.from && one.period.from < from,
  );
  const stretch = { terms: copy.terms, from, now: occurredAt, lifetimeMinor, earlier };
  const after = advance(progress, steps, stretch);
  const paid = await billCrossings(tx, after.crossings, { copy, stretch });
  saveProgress(tx, key, withInvoices(after.progress, paid));
}

/** Where all meters stand after each step. */
function positionsOf({ meters, prices = [], steps }: Progressed): Positions[] {
  let last: Positions = {};
  return steps.map((step) => {
    const moved = step.flatMap((one): readonly (readonly [string, Position])[] => {
      if ('price' in one) {
        const price = prices[one.price];
        assert(price !== undefined, 'a step names its prices by their place');
        return pricePositions({ ...price, to: one.to });
      }
      const meter = meters[one.meter];
      assert(meter !== undefined, 'a step names its meters by their place');
      const from = meter.from === null ? null : decimal(meter.from);
      return [[meter.meterId, { from, to: decimal(one.quantity) }]];
    });
    last = { ...last, ...Object.fromEntries(moved) };
    return last;
  });
}

interface OfCrossings {
  readonly copy: SubscriptionCopy;
  readonly stretch: OpenStretch;
}

/** Makes the invoices of crossings, one after the other; returns what their lines for usage came to after coupons. */
async function billCrossings(
  tx: TenantTx,
  crossings: readonly Crossing[],
  of: OfCrossings,
): Promise<readonly rational.Rational[]> {
  if (crossings.length === 0) return [];
  const { terms, now } = of.stretch;
  const { customerId } = terms;
  const [waiting, coupons, copies] = await Promise.all([
    WaitingCharges.of(tx, [customerId]),
    CouponBook.open(tx, [customerId]),
    findCopies(tx, [terms]),
  ]);
  requireCopies(copies, [terms]);
  const drafts: InvoiceChange[] = [];
  for (const crossing of crossings) {
    const { charges } = await waiting.for(tx, [], terms);
    const change = draftOf([...crossing, ...charges], of, { coupons, copies });
    waiting.take(terms, change);
    drafts.push(change);
  }
  const issued = await numbered(
    tx,
    drafts.map(({ after }) => ({ draft: after, at: now })),
  );
  await invoices.record(tx, [...drafts, ...issued]);
  await waiting.record(tx);
  return drafts.map(usageAfterCoupons);
}

/** What was paid in advance is not drawn: the invoice that bills the stretch in full draws it. */
function draftOf(
  charges: Parameters<typeof drafted>[1]['charges'],
  { copy, stretch }: OfCrossings,
  { coupons, copies }: { readonly coupons: CouponBook; readonly copies: Copies },
): InvoiceChange {
  const { terms, from, now } = stretch;
  const { customerId, currency, subscriptionId } = terms;
  const { paid } = copy.current;
  return drafted(copies, {
    ...{ id: newId('inv'), origin: 'threshold', terms, period: { from, to: now }, bill: null },
    ...{ charges, spent: [], paidPeriod: paid, occurredAt: now, finalAt: now },
    coupons: coupons.on({ customerId, currency, subscriptionId, period: paid, isOfPeriod: false }),
  });
}

function usageAfterCoupons({ after: { state } }: InvoiceChange): rational.Rational {
  assert(state.status !== 'none', 'it was drafted');
  const after = linesAfterCoupons(state);
  return rational.sum(state.lines.flatMap(({ kind }, i) => (kind === 'usage' ? (after[i] ?? []) : [])));
}

function withInvoices(progress: Progress, paid: readonly rational.Rational[]): Progress {
  return {
    ...progress,
    invoices: progress.invoices + paid.length,
    afterCoupons: rational.add(progress.afterCoupons, rational.sum(paid)),
  };
}
