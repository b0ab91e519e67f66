import { assert } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { append, readStreams } from '@tollgate/runtime/journal/journal';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import {
  invoiceDecider,
  type InvoiceCommand,
  type InvoiceEvent,
  type InvoiceRejection,
  type InvoiceState,
} from './domain/invoice.js';
import { messagesOf } from './events.js';
import { lockInvoices, takeNumbers, writeInvoices } from './store.js';

/** An invoice in hand: as it was read, and what was decided since. */
export interface Work {
  readonly id: string;
  readonly version: number;
  readonly events: readonly InvoiceEvent[];
  readonly state: InvoiceState;
  readonly occurredAt: Instant;
}

const NUMBER_DIGITS = 6;

/** An invoice that does not exist yet. */
export function newWork(id: string, occurredAt: Instant): Work {
  return { id, version: 0, events: [], state: invoiceDecider.initial, occurredAt };
}

/** Reads invoices for a change; unknown ones come as new. */
export async function load(tx: TenantTx, ids: readonly string[], occurredAt: Instant): Promise<Work[]> {
  const histories = ids.length === 0 ? new Map() : await readStreams<InvoiceEvent>(tx, ids);
  return ids.map((id) => {
    const history = histories.get(id);
    if (history === undefined) return newWork(id, occurredAt);
    const state = foldEvents(invoiceDecider, history.events);
    return { id, version: history.version, events: [], state, occurredAt };
  });
}

/** Carries a command out on an invoice in hand, or says why not. */
export function carryOut(work: Work, command: InvoiceCommand): Work | InvoiceRejection {
  const decision = invoiceDecider.decide(command, work.state);
  if (!decision.ok) return decision.rejection;
  const state = foldEvents(invoiceDecider, decision.events, work.state);
  return { ...work, state, events: [...work.events, ...decision.events] };
}

/** The work after a command that our own reading says is possible. */
export function carriedOut(work: Work, command: InvoiceCommand): Work {
  const result = carryOut(work, command);
  assert(!('reason' in result), `${command.type} is possible for an invoice that is ${work.state.status}`);
  return result;
}

/** Writes what was decided: events, rows and messages, each in one statement. */
export async function record(tx: TenantTx, works: readonly Work[]): Promise<void> {
  const changes = works.flatMap(({ id, version, events, state, occurredAt }) =>
    events.length === 0 || state.status === 'none'
      ? []
      : [{ id, stream: id, expectedVersion: version, events, invoice: state, occurredAt }],
  );
  await append(tx, changes);
  await writeInvoices(tx, changes);
  await publish(tx, changes.flatMap(messagesOf));
}

/**
 * Finalises drafts with the next numbers, in the order of their ids, each at its business time; payment is collected at
 * once, so it is due then. The drafts must be recorded in this transaction, or their numbers were a gap.
 */
export async function numbered(tx: TenantTx, drafts: readonly Work[]): Promise<Work[]> {
  if (drafts.length === 0) return [];
  const first = await takeNumbers(tx, drafts.length);
  return [...drafts]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((draft, index) => {
      const number = `INV-${(first + BigInt(index)).toString().padStart(NUMBER_DIGITS, '0')}`;
      return carriedOut(draft, {
        type: 'FinaliseInvoice',
        number,
        finalisedAt: draft.occurredAt,
        dueAt: draft.occurredAt,
      });
    });
}

/** What came of a client's command; the invoice itself is read afterwards. */
export type Outcome = { readonly reason: 'done'; readonly invoiceId: string } | InvoiceRejection;

export async function finaliseInvoice(tx: TenantTx, invoiceId: string): Promise<Outcome> {
  await lockInvoices(tx);
  const at = await tx.now();
  const [work] = await load(tx, [invoiceId], at);
  assert(work !== undefined, 'one id was asked for');
  // Without a number nothing is taken from the counter for an invoice that cannot be finalised.
  const trial = carryOut(work, { type: 'FinaliseInvoice', number: '', finalisedAt: at, dueAt: at });
  if ('reason' in trial) return trial;
  await record(tx, await numbered(tx, [work]));
  return { reason: 'done', invoiceId };
}

export async function voidInvoice(tx: TenantTx, invoiceId: string, reason: string): Promise<Outcome> {
  await lockInvoices(tx);
  const at = await tx.now();
  const [work] = await load(tx, [invoiceId], at);
  assert(work !== undefined, 'one id was asked for');
  const result = carryOut(work, { type: 'VoidInvoice', reason, voidedAt: at });
  if ('reason' in result) return result;
  await record(tx, [result]);
  return { reason: 'done', invoiceId };
}

/** Finalises the drafts whose grace time is over. A draft that was finalised by hand meanwhile is left alone. */
export async function finaliseDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  await lockInvoices(tx);
  const at = due[0]?.dueAt;
  if (at === undefined) return;
  const works = await load(
    tx,
    due.map((timer) => timer.key),
    at,
  );
  const drafts = works.filter((work) => work.state.status === 'draft');
  await record(tx, await numbered(tx, drafts));
}

/** News of a payment for one invoice. */
export interface PaymentNews {
  readonly invoiceId: string;
  readonly occurredAt: Instant;
  readonly command: Extract<InvoiceCommand, { type: 'RecordPayment' | 'RecordPaymentFailure' }>;
}

/** Records payments and failures in the order in which they came. A refusal is an operator's matter: it throws. */
export async function recordPayments(tx: TenantTx, news: readonly PaymentNews[]): Promise<void> {
  await lockInvoices(tx);
  const works = new Map<string, Work>();
  const ids = [...new Set(news.map((one) => one.invoiceId))];
  for (const work of await load(tx, ids, await tx.now())) works.set(work.id, work);
  for (const { invoiceId, occurredAt, command } of news) {
    const work = works.get(invoiceId);
    assert(work !== undefined, 'every invoice of the news was loaded');
    const result = carryOut({ ...work, occurredAt }, command);
    if ('reason' in result) throw new Error(`${command.type} on ${invoiceId} refused: ${result.message}`);
    works.set(invoiceId, result);
  }
  await record(tx, [...works.values()]);
}
