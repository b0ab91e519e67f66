import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { currency, id, instant, minor } from '../scalars.js';

export const provider = z.enum(['stripe', 'paypal']);

const paymentHead = {
  paymentId: id('pay'),
  invoiceId: id('inv'),
  customerId: id('cus'),
  amountMinor: minor,
  currency,
};

const settled = { reference: z.string(), settledAt: instant };

/** Money came: exactly once for a payment. Without a provider it came another way, and the reference is the tenant's. */
export const paymentSettled = defineEvent({
  owner: 'payments',
  type: 'payment.settled',
  version: 2,
  schema: z.strictObject({ ...paymentHead, provider: provider.nullable(), ...settled }),
  earlier: [earlierVersion(1, z.strictObject({ ...paymentHead, provider, ...settled }), (one) => one)],
});

const refundHead = {
  invoiceId: id('inv'),
  customerId: id('cus'),
  currency,
};

/** What asked for it, a credit note or a payout of credit, and for how much. */
const refund = { refundId: z.union([id('crn'), id('rfd')]), amountMinor: minor };

/** Before credit was paid out, only credit notes asked. */
const noteRefund = { refundId: id('crn'), amountMinor: minor };

const refunded = { paymentId: id('pay'), provider, refundedAt: instant };

const refundRejected = { paymentId: id('pay').nullable(), why: z.string(), rejectedAt: instant };

/** A provider paid back what a credit note or a payout of credit says, or a part of it that it took. */
export const paymentRefunded = defineEvent({
  owner: 'payments',
  type: 'payment.refunded',
  version: 2,
  schema: z.strictObject({ ...refundHead, ...refund, ...refunded }),
  earlier: [earlierVersion(1, z.strictObject({ ...refundHead, ...noteRefund, ...refunded }), (one) => one)],
});

/** A provider will not pay it back, whatever is tried. */
export const paymentRefundRejected = defineEvent({
  owner: 'payments',
  type: 'payment.refund_rejected',
  version: 2,
  schema: z.strictObject({ ...refundHead, ...refund, ...refundRejected }),
  earlier: [
    earlierVersion(1, z.strictObject({ ...refundHead, ...noteRefund, ...refundRejected }), (one) => one),
  ],
});

/** An invoice is to be charged: first the customer's credit is to pay of it what it can. */
export const paymentCreditAsked = defineEvent({
  owner: 'payments',
  type: 'payment.credit_asked',
  version: 1,
  schema: z.strictObject({
    paymentId: id('pay'),
    invoiceId: id('inv'),
    customerId: id('cus'),
    askedAt: instant,
  }),
});

/** A charge failed for now: the invoice stays open. `code` is the normalised decline code. */
export const paymentFailed = defineEvent({
  owner: 'payments',
  type: 'payment.failed',
  version: 1,
  schema: z.strictObject({
    ...paymentHead,
    provider: provider.nullable(),
    code: z.string(),
    failedAt: instant,
  }),
});

export type ProviderName = z.infer<typeof provider>;
