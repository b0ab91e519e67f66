import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule } from '@tollgate/runtime/timers/timers';
import { invoices } from '../../invoice/aggregate.js';
import { numbered } from '../../invoice/handlers.js';
import type { InvoiceState } from '../../invoice/domain/state.js';
import { unusedByInvoice } from '../domain/legs.js';
import { creditedBy, readLiveItems } from './items.js';
import type { Known, ToldBill } from './known.js';

/** A bill that waits until the invoices that it gives back of are paid, or declined; instants are the system's. */
export interface HeldBill {
  readonly told: Pick<ToldBill, 'revision' | 'positions' | 'published'>;
  readonly invoiceIds: readonly string[];
  /** When it was told, by the business. */
  readonly occurredAt: Instant;
  /** It is carried out then, however the payments stand. */
  readonly untilMs: number;
  readonly pauseMs: number;
}

/** How long a bill waits for payments at most, and when it looks first. */
const HOLD_MAX_MS = 30_000;
const HOLD_FIRST_MS = 100;

/**
 * A bill that gives back of drafts finalises them first: they are charged before a note lowers what is due. Such bills are
 * held until that is through; answers with the others.
 */
export async function withoutHeld(
  tx: TenantTx,
  known: readonly Known[],
  occurredAt: Instant,
): Promise<readonly Known[]> {
  const free: Known[] = [];
  for (const one of known) if (!(await isHeld(tx, one, occurredAt))) free.push(one);
  return free;
}

async function isHeld(tx: TenantTx, { told, copy }: Known, occurredAt: Instant): Promise<boolean> {
  if (told.kind !== 'bill' || !told.inOrder || told.waited || told.bill.credit === null) return false;
  const { terms, at, credit } = told.bill;
  const { subscriptionId, currency, timeZone } = terms;
  const live = await readLiveItems(tx, { subscriptionId, at, standing: copy?.standing ?? null });
  const items = creditedBy(credit, live);
  const unused = unusedByInvoice(items, { at, grain: credit.grain, timeZone }, currency);
  const ids = unused.map(({ invoiceId }) => invoiceId);
  const drafts = [...(await invoices.load(tx, ids)).values()].filter(({ state }) => state.status === 'draft');
  const finalised = await numbered(
    tx,
    drafts.map((draft) => ({ draft, at: occurredAt })),
  );
  await invoices.record(tx, finalised);
  const open = finalised.filter(({ after }) => isBeingCharged(after.state));
  // Payments are not rehearsed, so that there is nothing to wait for.
  if (open.length === 0 || tx.rehearsal !== null) return false;
  const untilMs = Date.now() + HOLD_MAX_MS;
  const { revision, positions, published } = told;
  const waiting = { told: { revision, positions, published }, invoiceIds: open.map(({ id }) => id) };
  await hold(tx, { ...waiting, occurredAt, untilMs, pauseMs: HOLD_FIRST_MS });
  return true;
}

/** Whether payments have said nothing yet of an invoice that a bill waits for. */
export async function stillWaits(tx: TenantTx, { invoiceIds, untilMs }: HeldBill): Promise<boolean> {
  if (Date.now() >= untilMs) return false;
  const loaded = await invoices.load(tx, invoiceIds);
  return [...loaded.values()].some(({ state }) => isBeingCharged(state));
}

/** Whether payments will say something of it: who pays by hand is not charged. */
function isBeingCharged(state: InvoiceState): boolean {
  if (state.status !== 'open' || state.declineCode !== null) return false;
  return state.basis.payment?.collection !== 'manual';
}

/** Looks at it again after its pause. A test clock waits for that. */
export async function hold(tx: TenantTx, bill: HeldBill): Promise<void> {
  const { number, terms } = bill.told.published;
  await schedule(tx, [
    {
      ...{ owner: 'invoices', kind: 'held_bill', key: `${terms.subscriptionId}:${number}` },
      ...{ dueAt: bill.occurredAt, notBefore: instantFromMs(Date.now() + bill.pauseMs), payload: bill },
    },
  ]);
}
