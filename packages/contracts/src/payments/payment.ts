import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, id, instant, minor } from '../scalars.js';

export const provider = z.enum(['stripe', 'paypal']);

const paymentHead = {
  paymentId: id('pay'),
  invoiceId: id('inv'),
  customerId: id('cus'),
  amountMinor: minor,
  currency,
};

/** Money was captured: exactly once for a payment. */
export const paymentSettled = defineEvent({
  owner: 'payments',
  type: 'payment.settled',
  version: 1,
  schema: z.strictObject({ ...paymentHead, provider, reference: z.string(), settledAt: instant }),
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
