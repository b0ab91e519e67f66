import type { Bill as PublishedBill } from '@tollgate/contracts/plans/bill';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Revision, TotalledBill } from '../domain/bill.js';
import type { ClosedStretch } from '../domain/stretch.js';
import { startedInvoices } from '../store/invoices.js';
import { findStretches, type WantedStretches } from '../store/stretch.js';
import { findSubscriptions, type SubscriptionCopy } from '../store/subscription.js';

/** A bill to carry out, or the positions of a stretch again. */
export type Told = ToldBill | EarlierBill | ({ readonly kind: 'revision' } & Revision);

/** A bill as plans tells it. */
export interface ToldBill extends TotalledBill {
  readonly kind: 'bill';
  readonly inOrder: true;
  readonly published: PublishedBill;
  /** Whether it has waited for payments already. */
  readonly waited: boolean;
}

/** A bill that an earlier release told otherwise. */
export interface EarlierBill extends TotalledBill {
  readonly kind: 'bill';
  readonly inOrder: false;
}

/** Something told of one subscription, with what is known of that. */
export interface Known {
  readonly told: Told;
  readonly copy: SubscriptionCopy | null;
  readonly stretches: readonly ClosedStretch[];
  /** Whether its start is billed, as far as an earlier release told of that. */
  readonly hasStart: boolean;
}

/** What is told that changes something, with what is known of it. */
export async function readNews(tx: TenantTx, told: readonly Told[]): Promise<Known[]> {
  return (await readKnown(tx, told)).map(asRevision).filter(isNews);
}

/** The stretches as what is told leaves them. */
export function reported({ told, stretches }: Known): ClosedStretch[] {
  return stretches.map((row) =>
    told.kind === 'revision' && row.number === told.number && told.revision > row.revision
      ? { ...row, latest: told.positions }
      : row,
  );
}

/** Cuts a list so that no part has a subscription twice: each step must see what the one before it wrote. */
export function waves(told: readonly Told[]): Told[][] {
  const result: Told[][] = [];
  const seen = new Map<string, number>();
  for (const one of told) {
    const id = subscriptionOf(one);
    const wave = seen.get(id) ?? 0;
    seen.set(id, wave + 1);
    (result[wave] ??= []).push(one);
  }
  return result;
}

async function readKnown(tx: TenantTx, told: readonly Told[]): Promise<Known[]> {
  const wanted = told.filter((one) => one.kind === 'revision' || one.bill.closes !== null);
  const starts = told.filter((one) => one.kind === 'bill' && !one.inOrder && one.bill.reason === 'start');
  const [copies, stretches, started] = await Promise.all([
    findSubscriptions(tx, told.map(subscriptionOf)),
    findStretches(tx, wanted.map(wantedOf)),
    startedInvoices(tx, starts.map(subscriptionOf)),
  ]);
  return told.map((one) => ({
    told: one,
    hasStart: started.has(subscriptionOf(one)),
    copy: copies.get(subscriptionOf(one)) ?? null,
    stretches: stretches.get(subscriptionOf(one)) ?? [],
  }));
}

function wantedOf(told: Told): WantedStretches {
  const subscriptionId = subscriptionOf(told);
  if (told.kind === 'revision') return { subscriptionId, number: told.number, begin: null };
  const { number, closes } = told.bill;
  return { subscriptionId, number, begin: closes?.period.from ?? null };
}

/** An earlier release told the positions of a period again as it had told them first. */
function asRevision({ told, ...known }: Known): Known {
  if (told.kind === 'revision' || told.inOrder || told.bill.closes === null) return { told, ...known };
  const { revision, positions } = told;
  const { number, terms } = told.bill;
  if (!known.stretches.some((one) => one.number === number)) return { told, ...known };
  const { subscriptionId } = terms;
  return { ...known, told: { kind: 'revision', subscriptionId, number, revision, positions } };
}

/** Bills are carried out once and in the order of their numbers; one that comes too early is tried again. */
function isNews({ told, copy, stretches, hasStart }: Known): boolean {
  if (told.kind === 'revision') return isToRevise(told, { copy, stretches });
  if (!told.inOrder && told.bill.reason === 'start') return !hasStart;
  const { number, terms } = told.bill;
  const last = copy === null ? -1 : copy.standing.bill;
  const isClosed = told.bill.closes !== null && stretches.some((one) => one.number === number);
  if (isClosed || (last !== null && number <= last)) return false;
  if (told.inOrder && last !== null && number > last + 1)
    throw new Retryable(`bill ${last + 1} of ${terms.subscriptionId} is not here yet`);
  return true;
}

/**
 * A revision overtakes its bill where that waits for the one before it. Of a stretch without length nothing is kept, for it
 * comes to nothing.
 */
function isToRevise(
  { number, subscriptionId }: Revision,
  { copy, stretches }: Pick<Known, 'copy' | 'stretches'>,
): boolean {
  if (stretches.some((one) => one.number === number)) return true;
  if ((copy?.standing.bill ?? -1) >= number) return false;
  throw new Retryable(`bill ${number} of ${subscriptionId} is not here yet`);
}

/** Whom something is told of. */
export function subscriptionOf(told: Told): string {
  return told.kind === 'bill' ? told.bill.terms.subscriptionId : told.subscriptionId;
}
