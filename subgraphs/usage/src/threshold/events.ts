import type { Bill } from '@tollgate/contracts/plans/bill';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { TOTALS_KEY } from '@tollgate/contracts/usage/bill';
import { PROGRESS_STEPS_MAX, usageProgressed } from '@tollgate/contracts/usage/progress';
import type { Id } from '@tollgate/kernel/id';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { figuresView } from '../position/view.js';
import type { PriceFigures } from '../position/domain/figures.js';
import type { WatchedStretch, Watching } from './domain/watched.js';
import type { Step } from './tracking.js';

/** Where the meters of a watched stretch stand after each event in it. */
export interface Progress {
  readonly stretch: WatchedStretch;
  readonly meters: readonly { readonly meterId: string; readonly from: Decimal | null }[];
  readonly prices: readonly { readonly priceId: string; readonly from: PriceFigures | null }[];
  /** Quantities and figures after each event, in the order of the meters and prices. */
  readonly steps: readonly Step[];
}

/** As invoices hear of it, in the order of the events. */
export function progressMessages(
  { stretch, meters, prices, steps }: Progress,
  occurredAt: Instant,
): Outgoing[] {
  const { subscriptionId, customerId, bill, from } = stretch;
  const messages: Outgoing[] = [];
  for (let first = 0; first < steps.length; first += PROGRESS_STEPS_MAX) {
    const part = steps.slice(first, first + PROGRESS_STEPS_MAX);
    const data = {
      ...{ subscriptionId, customerId, bill, from, told: stretch.steps + first },
      meters: meters.map((one) => ({ ...one, meterId: one.meterId as Id<'mtr'> })),
      ...(prices.length > 0 && { prices: prices.map(priceOf) }),
      steps: part.map((step, place) => changed(part[place - 1], step)),
    };
    messages.push(outgoing(usageProgressed, { aggregate: TOTALS_KEY, occurredAt, data }));
  }
  return messages;
}

function priceOf({ priceId, from }: Progress['prices'][number]) {
  return { priceId: priceId as Id<'prc'>, from: from === null ? null : figuresView(from) };
}

function changed(before: Step | undefined, { meters, prices }: Step) {
  return [
    ...meters.flatMap((quantity, meter) => (before?.meters[meter] === quantity ? [] : [{ meter, quantity }])),
    ...prices.flatMap((to, price) => (before?.prices[price] === to ? [] : [{ price, to: figuresView(to) }])),
  ];
}

/** The terms in force before a bill and after it. */
export interface TermsAround {
  readonly before: Pick<ResolvedTerms, 'threshold'>;
  readonly after: Pick<ResolvedTerms, 'threshold'>;
}

/** Which stretch is watched after a bill. In a trial nothing is billed, so that nothing is watched. */
export function watchingAfter(bill: Bill, { before, after }: TermsAround): Watching {
  const { current, opens, closes, over, number, terms } = bill;
  const { subscriptionId, customerId } = terms;
  const isWatchable = after.threshold !== null && current !== null && current.paid !== null && over === null;
  if (!isWatchable) return before.threshold === null ? null : { kind: 'end', subscriptionId, bill: number };
  if (!opens && closes === null) return { kind: 'goes_on', subscriptionId, bill: number };
  const period = { from: instant(current.period.from), to: instant(current.period.to) };
  const from = opens || closes === null ? period.from : instant(closes.to);
  return { kind: 'begin', stretch: { subscriptionId, customerId, period, from, bill: number, steps: 0 } };
}
