import { z } from 'zod';
import { defineEvent, earlierVersion } from '../event.js';
import { INVOICE_SUBSCRIPTIONS_MAX } from '../payments/dunning.js';
import { currency, id, instant, minor } from '../scalars.js';

const invoiceHead = {
  invoiceId: id('inv'),
  customerId: id('cus'),
  subscriptionId: id('sub').nullable(),
  currency,
  totalMinor: minor,
};

const finalisedInvoice = {
  ...invoiceHead,
  number: z.string(),
  dueMinor: minor,
  finalisedAt: instant,
  dueAt: instant,
};

/** An invoice has its number and can be paid. `dueMinor` is what payments collects. */
export const invoiceFinalised = defineEvent({
  owner: 'invoices',
  type: 'invoice.finalised',
  version: 2,
  schema: z.strictObject({
    ...finalisedInvoice,
    /** Whom that is collected from; the customer itself, or another one that pays for it. */
    payerId: id('cus'),
    /** `manual`: it is not charged by itself; absent = automatic. */
    collection: z.enum(['automatic', 'manual']).optional(),
    /** What it is of, where that is several subscriptions; absent = `subscriptionId` alone. */
    subscriptionIds: z.array(id('sub')).max(INVOICE_SUBSCRIPTIONS_MAX).optional(),
    /** Wallet credit is bought with it: nothing less than all that is due is taken beside the providers; absent = it is not. */
    isTopUp: z.literal(true).optional(),
  }),
  earlier: [
    earlierVersion(1, z.strictObject(finalisedInvoice), (data) => ({ ...data, payerId: data.customerId })),
  ],
});

/**
 * The customer's credit paid of an invoice that is to be charged: so much less is due, and may be nothing. Answers the payment
 * that asked for it, once.
 */
export const invoiceCreditApplied = defineEvent({
  owner: 'invoices',
  type: 'invoice.credit_applied',
  version: 1,
  schema: z.strictObject({
    invoiceId: id('inv'),
    customerId: id('cus'),
    paymentId: id('pay'),
    appliedMinor: minor,
    appliedAt: instant,
  }),
});

/** An invoice is settled in full. */
export const invoicePaid = defineEvent({
  owner: 'invoices',
  type: 'invoice.paid',
  version: 1,
  schema: z.strictObject({ ...invoiceHead, number: z.string(), paidAt: instant }),
});

/** An invoice was voided: nothing more is collected on it. */
export const invoiceVoided = defineEvent({
  owner: 'invoices',
  type: 'invoice.voided',
  version: 1,
  schema: z.strictObject({ ...invoiceHead, number: z.string(), voidedAt: instant, reason: z.string() }),
});

/**
 * Parts of an invoice are given back. `toDueMinor` is what is not to be collected any more, `refundMinor` what providers pay
 * back of what they took for it.
 */
export const invoiceCredited = defineEvent({
  owner: 'invoices',
  type: 'invoice.credited',
  version: 1,
  schema: z.strictObject({
    ...invoiceHead,
    number: z.string(),
    noteId: id('crn'),
    noteNumber: z.string(),
    /** All that is given back. */
    creditedMinor: minor,
    toDueMinor: minor,
    toBalanceMinor: minor,
    refundMinor: minor,
    creditedAt: instant,
  }),
});

/**
 * Credit of whoever paid is paid out of what came for an invoice: providers that took it pay so much back. What came beside them
 * is paid back by hand, and is not in it.
 */
export const invoiceRefunded = defineEvent({
  owner: 'invoices',
  type: 'invoice.refunded',
  version: 1,
  schema: z.strictObject({
    ...invoiceHead,
    number: z.string(),
    refundId: id('rfd'),
    refundMinor: minor,
    refundedAt: instant,
  }),
});

/**
 * Whether what is unused of an invoice's fees can be given back: not while a payment of it is disputed, nor before it is known how
 * it is taxed. Told when that changes.
 */
export const invoiceCreditability = defineEvent({
  owner: 'invoices',
  type: 'invoice.creditability',
  version: 1,
  schema: z.strictObject({
    invoiceId: id('inv'),
    customerId: id('cus'),
    /** Of those that it bills fees of. */
    subscriptions: z
      .array(
        z.strictObject({
          subscriptionId: id('sub'),
          /** What its fees cover is over then. */
          until: instant,
        }),
      )
      .min(1)
      .max(INVOICE_SUBSCRIPTIONS_MAX),
    isHeld: z.boolean(),
    at: instant,
  }),
});

/** An invoice was written off: it is not collected by itself any more, and can still be paid. */
export const invoiceWrittenOff = defineEvent({
  owner: 'invoices',
  type: 'invoice.written_off',
  version: 1,
  schema: z.strictObject({ ...invoiceHead, number: z.string(), writtenOffAt: instant, reason: z.string() }),
});

/** Up to this many invoices are told of in one message. */
export const CHANGED_BATCH_MAX = 500;

const changed = {
  invoiceId: id('inv'),
  customerId: id('cus'),
  status: z.string(),
  revision: z.int().min(1),
};
const changedBefore = z.strictObject(changed);
const changedInvoice = z.strictObject({
  ...changed,
  /** Who pays it; the customer itself, or another one that pays for it. */
  payerId: id('cus'),
});

/**
 * Something about invoices changed that their watchers want to see (draft, re-totalled, status): each once, as it stands
 * after all that was done to it together.
 */
export const invoiceChanged = defineEvent({
  owner: 'invoices',
  type: 'invoice.changed',
  version: 3,
  schema: z.strictObject({ invoices: z.array(changedInvoice).min(1).max(CHANGED_BATCH_MAX) }),
  earlier: [
    earlierVersion(1, changedBefore, (one) => ({ invoices: [paidByItself(one)] })),
    earlierVersion(
      2,
      z.strictObject({ invoices: z.array(changedBefore).min(1).max(CHANGED_BATCH_MAX) }),
      ({ invoices }) => ({ invoices: invoices.map(paidByItself) }),
    ),
  ],
});

function paidByItself(one: z.infer<typeof changedBefore>): z.infer<typeof changedInvoice> {
  return { ...one, payerId: one.customerId };
}
