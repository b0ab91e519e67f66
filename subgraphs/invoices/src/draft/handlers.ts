import { hash } from 'node:crypto';
import { assert } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { Currency } from '@tollgate/kernel/money/currency';
import { dateOf, UTC, type Instant, type Period } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Copies } from '../copies/known.js';
import { payerAt } from '../copies/payer.js';
import { drawdownsOf, type OpenCommitment } from '../commitment/domain/drawdown.js';
import type { PaymentTerms } from '../invoice/domain/due.js';
import { hasSameRates, invoiceTax, awaitsFacts, type InvoiceTax } from '../tax/domain/invoice-tax.js';
import { invoices, type InvoiceChange } from '../invoice/aggregate.js';
import type { AppliedCoupon } from '../discount/domain/applied.js';
import { RATING_RULES, type Basis, type BasisCoupon, type ChargePlan } from '../invoice/domain/basis.js';
import type { JointPart } from '../invoice/domain/joint.js';
import { carriedOut } from '../invoice/handlers/purses.js';

/** An invoice that is to be made. */
export interface NewInvoice extends Billing {
  readonly id: string;
  readonly occurredAt: Instant;
  /** When it becomes final by itself; what is not ahead is at once. */
  readonly finalAt: Instant;
}

/** A new draft over charges of one customer. */
export function drafted(copies: Copies, draft: NewInvoice): InvoiceChange {
  const { id, occurredAt, finalAt } = draft;
  const { customerId } = draft.terms;
  const payerId = payerAt(copies.payers, customerId, occurredAt);
  const payment = paymentTerms(copies, payerId);
  const terms = { ...(payerId !== customerId && { payerId }), ...(payment !== null && { payment }) };
  const basis = { ...basisOf(copies, draft, occurredAt), ...terms };
  const basisHash = hashOf(basis);
  const command = { type: 'DraftInvoice', basis, basisHash, draftedAt: occurredAt, finalAt } as const;
  return carriedOut(invoices.fresh(id), command, occurredAt);
}

/** Whose charges are billed, and on which terms. */
interface BilledTerms {
  readonly customerId: string;
  /** Null for what no subscription caused. */
  readonly subscriptionId: string | null;
  readonly planVersionId: string | null;
  readonly currency: Currency;
  /** Number of the bill since which the terms are in force. */
  readonly since: number;
}

/** Charges that are billed together. */
export interface Billing {
  readonly origin: Basis['origin'];
  readonly terms: BilledTerms;
  readonly period: Period;
  /** Number of the bill; null for what is billed without one. */
  readonly bill: number | null;
  readonly charges: readonly ChargePlan[];
  /** Lines of other invoices that it gives back. */
  readonly spent: readonly string[];
  /** The billing period of the subscription that it belongs to; null without one. */
  readonly paidPeriod: number | null;
  /** In the order in which they were applied; on a joint invoice, subscription after subscription. */
  readonly coupons: readonly BilledCoupon[];
  /** What was paid in advance, the oldest first. */
  readonly commitments?: readonly OpenCommitment[];
  /** Subscriptions that share the invoice; absent where none do. */
  readonly joint?: readonly JointPart[];
}

/** A coupon on an invoice; `period` on a joint one: the billing period of its subscription. */
export type BilledCoupon = AppliedCoupon & Pick<BasisCoupon, 'period'>;

/** Everything that an invoice over these charges is computed from, as the facts are when it is made. */
export function basisOf(copies: Copies, billing: Billing, at: Instant): Basis {
  const { origin, terms, period, charges, spent, bill, coupons, paidPeriod, joint } = billing;
  const { customerId, subscriptionId, planVersionId, currency, since } = terms;
  const facts = factsOf(copies, { customerId, origin }, at);
  const named = charges.map((charge) => ({ ...taxedAs(charge, facts.tax), lineId: newId('lin') }));
  const drawdowns = drawdownsOf(billing.commitments ?? [], { currency, charges: named });
  return {
    rules: RATING_RULES,
    origin,
    ...(bill !== null && { bill }),
    ...(since > 0 && { since }),
    ...(spent.length > 0 && { spent }),
    ...(coupons.length > 0 && { coupons: coupons.map(couponOf) }),
    ...(coupons.length > 0 && paidPeriod !== null && { paidPeriod }),
    ...{ customerId, subscriptionId, planVersionId, currency, period },
    ...(joint !== undefined && { joint }),
    ...(drawdowns.length > 0 && { drawdowns }),
    charges: named,
    ...facts,
    ...(origin === 'top_up' && { tax: UNTAXED }),
  };
}

/** Wallet credit has no tax: it comes with what it pays for. */
const UNTAXED: InvoiceTax = { treatment: 'none', jurisdiction: null, pricing: 'exclusive', rates: [] };

/**
 * What is credited has the rates that it was billed with; that is only said where they are others, and as long as it is not
 * known whether they are. What waits itself is taxed as what credits it.
 */
function taxedAs<C extends ChargePlan>(charge: C, own: InvoiceTax): C {
  if (charge.kind !== 'credit' || charge.tax === undefined) return charge;
  const { tax, ...rest } = charge;
  const isSame = awaitsFacts(tax) || hasSameRates(tax, own);
  return isSame && !awaitsFacts(own) ? (rest as C) : charge;
}

/** The basis of a draft with the facts of another moment. */
export function withFacts(copies: Copies, basis: Basis, at: Instant): Basis {
  const facts = factsOf(copies, basis, at);
  return { ...basis, ...facts, charges: basis.charges.map((charge) => taxedAs(charge, facts.tax)) };
}

function couponOf({ id, value, target, keys, subscriptionId, period }: BilledCoupon): BasisCoupon {
  return { id, value, target, keys, subscriptionId, ...(period !== undefined && { period }) };
}

/** Wallet credit is not taxed when it is bought: what it pays for is. */
function factsOf(
  { settings, customers }: Copies,
  { customerId, origin }: Pick<Basis, 'customerId' | 'origin'>,
  at: Instant,
) {
  const customer = customers.get(customerId);
  assert(customer !== undefined && settings !== null, 'the copies were read for this customer');
  const { country, revision, tax, timeZone } = customer;
  return {
    customerRevision: revision,
    country,
    tax: invoiceTax(origin === 'top_up' ? null : settings.tax, tax, dateOf(at, timeZone ?? UTC)),
    settingsRevision: settings.revision,
    ...(timeZone !== null && timeZone !== UTC && { timeZone }),
  };
}

/** How whoever pays is to pay, where that is not at once and by itself. */
function paymentTerms({ settings, customers }: Copies, payerId: string): PaymentTerms | null {
  const payer = customers.get(payerId);
  assert(payer !== undefined && settings !== null, 'the copies were read for whoever pays');
  const { collection, timeZone } = payer;
  const dueDays = payer.dueDays ?? settings.dueDays;
  return collection === 'automatic' && dueDays === 0
    ? null
    : { collection, dueDays, timeZone: timeZone ?? UTC };
}

/** SHA-256 of the basis' canonical JSON, in hex. */
export function hashOf(basis: Basis): string {
  return hash('sha256', canonicalJson(basis), 'hex');
}
