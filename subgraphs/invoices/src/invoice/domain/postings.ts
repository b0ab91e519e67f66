import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import {
  balanced,
  posted,
  reversed,
  type Account,
  type Amounts,
  type Posting,
  type PostingKind,
} from '../../ledger/domain/posting.js';
import { isOver, sumOf } from '../../balance/domain/grant.js';
import { dateIn, deferralsOf, isOverTime } from './deferral.js';
import { openMinor } from './due.js';
import { disputeEntries, refundEntries, type Entry } from './gone-postings.js';
import { presentEvent } from './invoice-v1.js';
import { netLinesOf } from './net.js';
import type { Invoice, InvoiceEvent, InvoiceState, Issued, Note } from './state.js';
import { boughtBy } from './top-up.js';

/** An event, what it happened to and what it made of that. */
export interface Happened {
  readonly id: string;
  readonly before: InvoiceState;
  /** As it was written; journals of earlier releases have others, which are read as they would be written now. */
  readonly event: InvoiceEvent;
  readonly after: InvoiceState;
  readonly at: Instant;
}

type Final = Exclude<Invoice, { readonly status: 'draft' }>;

/** What an event of an invoice posts to the ledger. Days that end post nothing: revenue is read from what is deferred. */
export function postingsOf({ id, before, event: stored, after, at }: Happened): readonly Posting[] {
  if (after.status === 'none' || after.status === 'draft' || before.status === 'none') return [];
  const event = presentEvent(stored, before);
  if (event.type === 'InvoiceFinalised') return finalised(id, after, at);
  assert(before.status !== 'draft', 'only what is final is paid, credited or given up');
  const entry: Entry = (kind, causeId, amounts) =>
    posted({ ...headOf(id, after), kind, causeId, revenueOn: dateIn(after, at), amounts });
  switch (event.type) {
    case 'InvoicePartlyPaid':
      return entry('payment', event.paymentId, received(before, event.amountMinor));
    case 'InvoicePaid':
      return settledEntries(event, { id, before, after }, entry);
    case 'InvoiceOverpaid': {
      const { paymentId, amountMinor } = event;
      return entry('overpayment', paymentId, { cash: amountMinor, customer_credit: -amountMinor });
    }
    case 'FundsApplied':
      return [
        ...entry('credit_applied', id, applied(before, 'customer_credit', event.creditMinor)),
        ...entry('wallet_applied', id, applied(before, 'wallet_liability', sumOf(event.walletParts))),
      ];
    case 'InvoiceCredited':
      return entry('credit_note', event.note.id, credited(before, after, event.note));
    case 'NoteRefunded':
    case 'NoteRefundRejected':
    case 'BalanceRefunded':
    case 'BalanceRefundSent':
    case 'BalanceRefundRejected':
      return refundEntries(event, entry);
    case 'InvoiceDisputed':
    case 'InvoiceDisputeWon':
    case 'InvoiceDisputeLost':
      return disputeEntries(event, entry);
    case 'InvoiceWrittenOff': {
      const dueMinor = openMinor(before);
      return entry('write_off', id, { [lostIn(before)]: dueMinor, accounts_receivable: -dueMinor });
    }
    case 'InvoiceVoided':
      return voided(id, after);
    case 'InvoiceDrafted':
    case 'DraftRetotalled':
    case 'PaymentDeclined':
    case 'RevenueCut':
      return [];
    default:
      return unreachable(event);
  }
}

/** What settles an invoice, and what of it came for wallet credit whose end had come. */
function settledEntries(
  { payment, amountMinor, paidAt }: Extract<InvoiceEvent, { readonly type: 'InvoicePaid' }>,
  { id, before, after }: { readonly id: string; readonly before: Final; readonly after: Final },
  entry: Entry,
): readonly Posting[] {
  const minor = payment?.appliedMinor ?? amountMinor - before.paidMinor;
  const late = paidTooLateMinor(after, paidAt);
  return [
    ...entry('payment', payment?.paymentId ?? id, received(before, minor)),
    ...entry('top_up_lapsed', id, { wallet_liability: late, customer_credit: -late }),
  ];
}

/** The invoice itself, and what paid it before the customer does. */
function finalised(id: string, invoice: Final, at: Instant): readonly Posting[] {
  const revenueOn = dateIn(invoice, at);
  return partsOfFinalising(invoice).flatMap(([kind, amounts]) => {
    const posting = { ...headOf(id, invoice), kind, causeId: id, revenueOn, amounts };
    return kind === 'invoice_finalised' ? [balanced(posting)] : posted(posting);
  });
}

/** All of that turned round, for the day on which it was. */
function voided(id: string, invoice: Final): readonly Posting[] {
  const revenueOn = dateIn(invoice, invoice.finalisedAt);
  return partsOfFinalising(invoice).flatMap(([, amounts]) =>
    posted({ ...headOf(id, invoice), kind: 'void', causeId: id, revenueOn, amounts: reversed(amounts) }),
  );
}

function partsOfFinalising(invoice: Final): readonly (readonly [PostingKind, Amounts])[] {
  const { creditGeneratedMinor, creditAppliedMinor, walletAppliedMinor } = invoice.settled;
  return [
    ['invoice_finalised', billed(invoice)],
    [
      'credit_generated',
      { accounts_receivable: creditGeneratedMinor, customer_credit: -creditGeneratedMinor },
    ],
    ['credit_applied', { customer_credit: creditAppliedMinor, accounts_receivable: -creditAppliedMinor }],
    ['wallet_applied', { wallet_liability: walletAppliedMinor, accounts_receivable: -walletAppliedMinor }],
  ];
}

function billed(invoice: Final): Amounts {
  const { totalMinor, taxMinor } = invoice.totals;
  const nets = netLinesOf(invoice);
  const overTime = nets.filter(({ line }) => isOverTime(line)).reduce((sum, { minor }) => sum + minor, 0n);
  return {
    accounts_receivable: totalMinor,
    tax_payable: -taxMinor,
    deferred_revenue: -overTime,
    [isTopUp(invoice) ? 'wallet_liability' : 'revenue']: -(totalMinor - taxMinor - overTime),
  };
}

/** Money that came pays what is owed, or makes a loss smaller. */
function received(invoice: Final, minor: bigint): Amounts {
  return { cash: minor, [owedIn(invoice)]: -minor };
}

/** The same of what the customer has. */
function applied(invoice: Final, from: Account, minor: bigint): Amounts {
  return { [from]: minor, [owedIn(invoice)]: -minor };
}

/** Wallet credit whose end had come when it was paid: the balance of whoever paid. */
function paidTooLateMinor({ basis, lines }: Final, paidAt: Instant): bigint {
  return sumOf(boughtBy(basis, lines, paidAt).filter((grant) => isOver(grant, paidAt)));
}

/** Where what is due of an invoice stands. */
function owedIn(invoice: Final): Account {
  return invoice.status === 'uncollectible' ? lostIn(invoice) : 'accounts_receivable';
}

/** Where what nobody pays goes: credit that was not paid for was never there. */
function lostIn(invoice: Final): Account {
  return isTopUp(invoice) ? 'wallet_liability' : 'bad_debt';
}

function isTopUp({ basis }: Final): boolean {
  return basis.origin === 'top_up';
}

/** What a note takes from the days that are left, and from revenue of today, and where it goes. */
function credited(before: Final, after: Final, note: Note): Amounts {
  const { taxMinor, totalMinor, toDueMinor, toLossMinor = 0n, toBalanceMinor, refundedMinor } = note;
  const deferredMinor = deferredBy(after, note);
  return {
    deferred_revenue: deferredMinor,
    revenue: totalMinor - taxMinor - deferredMinor,
    tax_payable: taxMinor,
    ...lowered(owedIn(before), { toDueMinor, toLossMinor }),
    customer_credit: -toBalanceMinor,
    refunds_payable: -refundedMinor,
    wallet_liability: -sumOf(note.walletParts ?? []),
  };
}

/** What lowers what is owed, and what lowers a loss: where nobody expects it to be paid both are one. */
function lowered(
  owed: Account,
  { toDueMinor, toLossMinor }: Required<Pick<Note, 'toDueMinor' | 'toLossMinor'>>,
): Amounts {
  if (owed === 'bad_debt') return { bad_debt: -toDueMinor - toLossMinor };
  return { [owed]: -toDueMinor, bad_debt: -toLossMinor };
}

function deferredBy(invoice: Issued, { id }: Note): bigint {
  const taken = deferralsOf(invoice).filter(({ noteId }) => noteId === id);
  return taken.reduce((sum, { amountMinor }) => sum - amountMinor, 0n);
}

function headOf(invoiceId: string, { basis }: Final) {
  return { currency: basis.currency, customerId: basis.customerId, invoiceId };
}
