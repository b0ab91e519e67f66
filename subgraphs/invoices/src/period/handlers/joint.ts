import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { requireCopies, type Copies } from '../../copies/known.js';
import type { CommitmentBook } from '../../commitment/handlers.js';
import type { CouponBook } from '../../discount/handlers.js';
import { drafted, type BilledCoupon, type NewInvoice } from '../../draft/handlers.js';
import type { InvoiceChange } from '../../invoice/aggregate.js';
import { LINES_MAX } from '../../invoice/domain/basis.js';
import { packed } from '../domain/packed.js';
import type { JointPart } from '../../invoice/domain/joint.js';
import { finalAt, type BillPlan, type Waiting } from '../domain/plan-bill.js';
import type { Terms } from '../domain/terms.js';
import { headOf, isOfPeriod, paidPeriodOf, termsFor } from './heads.js';
import type { Known } from './known.js';

/** A subscription's bill, and what it leads to by itself. */
export interface Member extends Known {
  readonly plan: BillPlan;
}

/** What joint invoices are made with. */
export interface JointContext {
  readonly copies: Copies;
  readonly coupons: CouponBook;
  readonly commitments: CommitmentBook;
  /** Charges of the customer that wait for its next invoice. */
  readonly waiting: Waiting;
  readonly occurredAt: Instant;
}

/** An invoice that subscriptions share, and those. */
export interface JointInvoice {
  readonly members: readonly Member[];
  readonly change: InvoiceChange | null;
}

/**
 * The invoice of several subscriptions: one after the other with all its lines, then what waited. Where that were more lines
 * than an invoice has, they share several.
 */
export function jointInvoices(id: string, all: readonly Member[], context: JointContext): JointInvoice[] {
  const linesOf = ({ plan }: Member) => plan.draft?.charges.length ?? 0;
  const groups = packed(all, { linesOf, linesMax: LINES_MAX - context.waiting.charges.length });
  return groups.map((members, place): JointInvoice => {
    const invoiceId = place === 0 ? id : newId('inv');
    const waiting = place === 0 ? context.waiting : { charges: [], isLastChance: false };
    return {
      members: members.map((member) => ({ ...member, plan: movedTo(invoiceId, id, member.plan) })),
      change: draftOf(invoiceId, members, { ...context, waiting }),
    };
  });
}

function movedTo(invoiceId: string, from: string, plan: BillPlan): BillPlan {
  const stretches = plan.stretches.map((one) => (one.invoiceId === from ? { ...one, invoiceId } : one));
  return { ...plan, stretches };
}

function draftOf(id: string, members: readonly Member[], context: JointContext): InvoiceChange | null {
  const billed = members.filter(({ plan }) => plan.draft !== null);
  const { waiting, copies } = context;
  const [first] = billed.length > 0 ? billed : members;
  if (first === undefined || (billed.length === 0 && !waiting.isLastChance)) return null;
  const own = billed.flatMap(({ plan }) => plan.draft?.charges ?? []);
  const charges = [...own, ...waiting.charges];
  if (charges.length === 0) return null;
  const terms = termsOf(first);
  requireCopies(copies, [terms]);
  return drafted(copies, {
    ...{ id, charges, occurredAt: context.occurredAt },
    ...sharedHead(billed.length > 0 ? billed : [first]),
    terms: { ...terms, subscriptionId: null, planVersionId: null, since: 0 },
    spent: billed.flatMap(({ plan }) => plan.draft?.spent ?? []),
    coupons: couponsOn(billed, terms, context.coupons),
    commitments: context.commitments.for({ status: 'none' }),
    finalAt: latestOf(billed, context),
  });
}

/** What is said of all of them: from the earliest begin to the latest end of what caused it. */
function sharedHead(
  billed: readonly Member[],
): Pick<NewInvoice, 'origin' | 'period' | 'bill' | 'paidPeriod' | 'joint'> {
  const heads = billed.map(({ told, stretches }) => headOf(told, stretches));
  const origins = heads.map(({ origin }) => origin);
  const from = heads.map(({ period }) => period.from).reduce((a, b) => (a < b ? a : b));
  const to = heads.map(({ period }) => period.to).reduce((a, b) => (a > b ? a : b));
  const joint = heads.map(({ terms: { subscriptionId, planVersionId, since }, bill }): JointPart => {
    return { subscriptionId, planVersionId, bill: bill ?? 0, ...(since > 0 && { since }) };
  });
  const origin = origins.includes('close') ? 'close' : (origins[0] ?? 'change');
  return { origin, period: { from, to }, bill: null, paidPeriod: null, joint };
}

/** Those on all invoices of the customer, and those of each subscription: subscription after subscription. */
function couponsOn(
  billed: readonly Member[],
  { customerId, currency }: Pick<Terms, 'customerId' | 'currency'>,
  book: CouponBook,
): BilledCoupon[] {
  const shared = { customerId, currency, subscriptionId: null, period: null, isOfPeriod: false };
  const own = billed.flatMap((member): BilledCoupon[] => {
    const { told, copy } = member;
    const { subscriptionId } = termsOf(member);
    const period = paidPeriodOf(told, copy?.current.paid ?? null);
    const all = book.on({ customerId, currency, subscriptionId, period, isOfPeriod: isOfPeriod(told) });
    return all.filter((one) => one.subscriptionId !== null).map((one) => ({ ...one, period }));
  });
  return [...book.on(shared), ...own];
}

/** It waits for the last of its parts. */
function latestOf(billed: readonly Member[], { copies, occurredAt }: JointContext): Instant {
  const graceSeconds = copies.settings?.graceSeconds ?? 0;
  const ends = billed.map(({ told, plan }) =>
    finalAt(plan.draft?.charges ?? [], {
      closes: told.kind === 'bill' ? told.bill.closes : null,
      ...{ occurredAt, graceSeconds },
    }),
  );
  return ends.reduce((a, b) => (a > b ? a : b), occurredAt);
}

function termsOf({ told, stretches }: Member): Terms {
  return termsFor(told, stretches);
}
