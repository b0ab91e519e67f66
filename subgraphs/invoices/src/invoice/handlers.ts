import { assert } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { append, readStreams } from '@tollgate/runtime/journal/journal';
import { publish } from '@tollgate/runtime/messaging/outbox';
import {
  invoiceDecider,
  NO_FUNDS,
  type InvoiceCommand,
  type InvoiceEvent,
  type InvoiceRejection,
  type InvoiceState,
} from './domain/invoice.js';
import { messagesOf } from './events.js';
import { lockInvoices, takeNumbers, writeInvoices } from './store.js';

/** An invoice in hand: as it was read, and what was decided since. */
export interface Loaded {
  readonly id: string;
  readonly version: number;
  readonly events: readonly InvoiceEvent[];
  readonly state: InvoiceState;
  readonly occurredAt: Instant;
}

const NUMBER_DIGITS = 6;

/** An invoice that does not exist yet. */
export function fresh(id: string, occurredAt: Instant): Loaded {
  return { id, version: 0, events: [], state: invoiceDecider.initial, occurredAt };
}

/** An invoice that is to be changed, and the business time of the change. */
export interface Wanted {
  readonly id: string;
  readonly occurredAt: Instant;
}

/** Reads invoices for a change; unknown ones come as new. */
export async function load(tx: TenantTx, wanted: readonly Wanted[]): Promise<Loaded[]> {
  const ids = wanted.map(({ id }) => id);
  const histories = ids.length === 0 ? new Map() : await readStreams<InvoiceEvent>(tx, ids);
  return wanted.map(({ id, occurredAt }) => {
    const history = histories.get(id);
    if (history === undefined) return fresh(id, occurredAt);
    const state = foldEvents(invoiceDecider, history.events);
    return { id, version: history.version, events: [], state, occurredAt };
  });
}

/** Carries a command out on an invoice in hand, or says why not. */
export function carryOut(loaded: Loaded, command: InvoiceCommand): Loaded | InvoiceRejection {
  const decision = invoiceDecider.decide(command, loaded.state);
  if (!decision.ok) return decision.rejection;
  const state = foldEvents(invoiceDecider, decision.events, loaded.state);
  return { ...loaded, state, events: [...loaded.events, ...decision.events] };
}

/** The loaded after a command that our own reading says is possible. */
export function carriedOut(loaded: Loaded, command: InvoiceCommand): Loaded {
  const result = carryOut(loaded, command);
  assert(!('reason' in result), `${command.type} is possible for an invoice that is ${loaded.state.status}`);
  return result;
}

/** Writes what was decided: events, rows and messages, each in one statement. */
export async function record(tx: TenantTx, invoices: readonly Loaded[]): Promise<void> {
  const changes = invoices.flatMap(({ id, version, events, state, occurredAt }) =>
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
export async function numbered(tx: TenantTx, drafts: readonly Loaded[]): Promise<Loaded[]> {
  if (drafts.length === 0) return [];
  const first = await takeNumbers(tx, drafts.length);
  return [...drafts]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((draft, index) => {
      const number = `INV-${(first + BigInt(index)).toString().padStart(NUMBER_DIGITS, '0')}`;
      return carriedOut(draft, {
        type: 'FinaliseInvoice',
        number,
        funds: NO_FUNDS,
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
  const [loaded] = await load(tx, [{ id: invoiceId, occurredAt: at }]);
  assert(loaded !== undefined, 'one id was asked for');
  // Without a number nothing is taken from the counter for an invoice that cannot be finalised.
  const trial = carryOut(loaded, {
    type: 'FinaliseInvoice',
    number: '',
    funds: NO_FUNDS,
    finalisedAt: at,
    dueAt: at,
  });
  if ('reason' in trial) return trial;
  await record(tx, await numbered(tx, [loaded]));
  return { reason: 'done', invoiceId };
}

export async function voidInvoice(tx: TenantTx, invoiceId: string, reason: string): Promise<Outcome> {
  await lockInvoices(tx);
  const at = await tx.now();
  const [loaded] = await load(tx, [{ id: invoiceId, occurredAt: at }]);
  assert(loaded !== undefined, 'one id was asked for');
  const result = carryOut(loaded, { type: 'VoidInvoice', reason, voidedAt: at });
  if ('reason' in result) return result;
  await record(tx, [result]);
  return { reason: 'done', invoiceId };
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
  const wanted = new Map(news.map(({ invoiceId: id, occurredAt }) => [id, { id, occurredAt }]));
  const loaded = await load(tx, [...wanted.values()]);
  const invoices = new Map(loaded.map((one) => [one.id, one]));
  for (const { invoiceId, occurredAt, command } of news) {
    const invoice = invoices.get(invoiceId);
    assert(invoice !== undefined, 'every invoice of the news was loaded');
    const result = carryOut({ ...invoice, occurredAt }, command);
    if ('reason' in result) throw new Error(`${command.type} on ${invoiceId} refused: ${result.message}`);
    invoices.set(invoiceId, result);
  }
  await record(tx, [...invoices.values()]);
}
