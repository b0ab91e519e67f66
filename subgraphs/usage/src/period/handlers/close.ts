import type { Bill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { instant, instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { planVersions } from '../../copies/plan-version.js';
import {
  findStandings,
  periodIn,
  saveEnds,
  saveStandings,
  standingAfter,
  type Standing,
} from '../../subscription/store.js';
import { holdCounting } from '../../meter/store.js';
import { openTotals } from '../../total/count.js';
import type { CountedEvent } from '../../total/domain/tallies.js';
import type { Stretch } from '../../total/store/total.js';
import { watch } from '../../threshold/handlers.js';
import type { PriceFigures } from '../../position/domain/figures.js';
import { totalledMessages, type Totalled } from '../events.js';
import { totalsIn, type StretchTotals } from './stretch-totals.js';
import {
  countedOf,
  findCloses,
  findClosesAfter,
  lockClosesAfter,
  insertCloses,
  saveRevisions,
  stretchOf,
  type BilledStretch,
  type MeterPositions,
  type PriceTotal,
  type StretchClose,
} from '../store.js';

/** Bills, and whether they must come in the order of their numbers: an earlier release numbered nothing. */
export interface ToldBills {
  readonly bills: readonly Bill[];
  readonly inOrder: boolean;
}

/**
 * Bills as plans tells them: where subscriptions stand is kept, what is used in their periods is counted from now on, and
 * what was used in stretches that they close goes on to invoices, for all of the message together.
 */
export async function takeBills(
  tx: TenantTx,
  { bills, inOrder }: ToldBills,
  occurredAt: Instant,
): Promise<void> {
  holdCounting(tx);
  // Nearly always it is known in full by now and asks for nothing; what follows travels together.
  const resolved = await planVersions.resolver(
    tx,
    bills.flatMap(({ terms, closes }) => [terms, ...(closes?.terms ? [closes.terms] : [])]),
  );
  const closing = bills.flatMap((bill): Passing[] => {
    const stretch = stretchOf(bill, resolved);
    return stretch === null && bill.joint === undefined ? [] : [{ bill, stretch }];
  });
  const counted = closing.flatMap(({ stretch }) => (stretch === null ? [] : countedOf(stretch)));
  const [known] = await Promise.all([
    findStandings(tx, [...new Set(bills.map(({ terms }) => terms.subscriptionId))]),
    openTotals(tx, [...counted, ...bills.flatMap(openedBy)]),
  ]);
  if (inOrder) requireOrder(bills, known);
  keepStandings(tx, bills, { known, resolved });
  const younger = await closeStretches(tx, closing, { bills, occurredAt });
  await publishRevisions(tx, younger, occurredAt);
}

/** Usage came after a stretch was billed: its positions again, under the next revision, where they changed. */
export async function reviseCloses(
  tx: TenantTx,
  late: readonly Stretch[],
  occurredAt: Instant,
): Promise<void> {
  if (late.length > 0) await publishRevisions(tx, await findCloses(tx, late), occurredAt);
}

/** Levels changed: what was billed of them in stretches that go on after that has other positions. */
export async function reviseLevels(
  tx: TenantTx,
  events: readonly Pick<CountedEvent, 'customerId' | 'atMs' | 'meters'>[],
  occurredAt: Instant,
): Promise<void> {
  const changing = events.filter(({ meters }) => meters.some(({ metric }) => metric.type === 'weighted_sum'));
  if (changing.length === 0) return;
  const first = changing.reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
  const customerIds = [...new Set(changing.map(({ customerId }) => customerId))];
  await publishRevisions(tx, await lockClosesAfter(tx, customerIds, instantFromMs(first)), occurredAt);
}

/** A subscription ended: from then on a younger one may bill what it would have. */
export async function endSubscription(
  tx: TenantTx,
  ended: { readonly subscriptionId: string; readonly customerId: string; readonly endsAt: Instant },
  occurredAt: Instant,
): Promise<void> {
  holdCounting(tx);
  saveEnds(tx, [ended]);
  await publishRevisions(tx, await findClosesAfter(tx, [ended.customerId], ended.endsAt), occurredAt);
}

function openedBy({ opens, current, terms }: Bill): Stretch[] {
  return opens && current !== null
    ? [{ customerId: terms.customerId, period: periodIn(current.period) }]
    : [];
}

/** A bill that overtakes the one before it is tried again: it would be lost on a subscription that is not known. */
function requireOrder(bills: readonly Bill[], known: ReadonlyMap<string, Standing>): void {
  const last = new Map([...known].map(([id, { bill }]) => [id, bill]));
  for (const { number, terms } of bills) {
    const { subscriptionId: id } = terms;
    const before = last.has(id) ? (last.get(id) ?? null) : -1;
    if (before !== null && number > before + 1)
      throw new Retryable(`bill ${before + 1} of ${id} is not here yet`);
    last.set(id, number);
  }
}

function keepStandings(
  tx: TenantTx,
  bills: readonly Bill[],
  {
    known,
    resolved,
  }: {
    readonly known: ReadonlyMap<string, Standing>;
    readonly resolved: (terms: KeptTerms) => ResolvedTerms;
  },
): void {
  const standings = new Map(known);
  for (const bill of bills) {
    const { subscriptionId } = bill.terms;
    const after = standingAfter(standings.get(subscriptionId) ?? null, bill, resolved(bill.terms));
    if (after !== null) standings.set(subscriptionId, after);
  }
  saveStandings(tx, [...standings.values()]);
  watch(tx, bills, resolved);
  saveEnds(
    tx,
    bills.flatMap(({ over, terms, at }) =>
      over === 'ended' ? [{ subscriptionId: terms.subscriptionId, endsAt: instant(at) }] : [],
    ),
  );
}

const NOTHING: StretchTotals = { meters: [], prices: [] };

/** A bill that goes on to invoices, with the stretch that it closes; null where it only goes with joint ones. */
interface Passing {
  readonly bill: Bill;
  readonly stretch: BilledStretch | null;
}

interface Told {
  readonly bills: readonly Bill[];
  readonly occurredAt: Instant;
}

/** Closes the stretches and tells what they come to; gives the younger ones that may bill less of what these covered. */
async function closeStretches(
  tx: TenantTx,
  passing: readonly Passing[],
  { bills, occurredAt }: Told,
): Promise<StretchClose[]> {
  const stretches = passing.flatMap(({ stretch }) => stretch ?? []);
  const counted = stretches.length === 0 ? [] : await totalsIn(tx, stretches);
  const closes = stretches.map((stretch, i): StretchClose => {
    return { ...stretch, revision: 1, ...(counted[i] ?? NOTHING) };
  });
  // The others are looked for behind what is written: they travel together.
  const [inserted, younger] = await Promise.all([insertCloses(tx, closes), youngerAfterEnds(tx, bills)]);
  const fresh = new Set(inserted);
  const totals = passing.flatMap(({ bill, stretch }): Totalled[] => {
    if (stretch === null) return [{ bill, number: bill.number, terms: bill.terms, revision: 1, ...NOTHING }];
    const close = closes[stretches.indexOf(stretch)];
    return close !== undefined && fresh.has(close) ? [{ ...close, bill }] : [];
  });
  await publish(tx, totalledMessages(totals, occurredAt));
  return younger;
}

/** The customer's younger subscriptions may bill what these covered no more. */
async function youngerAfterEnds(tx: TenantTx, bills: readonly Bill[]): Promise<StretchClose[]> {
  const freeing = bills.filter(({ over, reason }) => over === 'ended' || reason === 'change');
  const [first] = freeing.map(({ at }) => instant(at)).sort();
  if (first === undefined) return [];
  const customerIds = [...new Set(freeing.map(({ terms }) => terms.customerId))];
  const own = new Set(freeing.map(({ terms }) => terms.subscriptionId));
  const others = await findClosesAfter(tx, customerIds, first);
  return others.filter(({ terms }) => !own.has(terms.subscriptionId));
}

/** A stretch without length comes to nothing, wherever its ends are. */
async function publishRevisions(
  tx: TenantTx,
  known: readonly StretchClose[],
  occurredAt: Instant,
): Promise<void> {
  const closes = known.filter(({ from, to }) => from < to);
  if (closes.length === 0) return;
  const counted = await totalsIn(tx, closes);
  const changed = closes.flatMap((close, i) => revised(close, counted[i] ?? NOTHING) ?? []);
  if (changed.length === 0) return;
  await saveRevisions(tx, changed);
  await publish(
    tx,
    totalledMessages(
      changed.map((close) => ({ ...close, bill: null })),
      occurredAt,
    ),
  );
}

function revised(close: StretchClose, totals: StretchTotals): StretchClose | null {
  if (textOf(totals) === textOf(close)) return null;
  return { ...close, ...totals, revision: close.revision + 1 };
}

function textOf({ meters, prices }: StretchTotals): string {
  const figures = (one: Partial<PriceFigures> | null) =>
    one === null ? '' : `${one.quantity}/${one.events}/${one.amount ?? ''}${partsText(one)}`;
  const of = ({ from, to }: MeterPositions | PriceTotal) => `${figures(from)} ${figures(to)}`;
  const named = meters.map((meter) => `${meter.meterId} ${of(meter)}`);
  return [...named, ...prices.map((price) => `${price.priceId} ${of(price)}`)].join();
}

function partsText({ parts = [] }: Partial<PriceFigures>): string {
  return parts.map(({ part, quantity, amount }) => `/${part} ${quantity} ${amount}`).join('');
}
