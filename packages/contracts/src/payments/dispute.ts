import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, id, instant, minor } from '../scalars.js';

const head = {
  disputeId: id('dsp'),
  paymentId: id('pay'),
  invoiceId: id('inv'),
  customerId: id('cus'),
  currency,
  /** What is disputed, and is gone until that is won. */
  amountMinor: minor,
};

/** A customer's bank disputes a payment: the provider has taken the money back. */
export const disputeOpened = defineEvent({
  owner: 'payments',
  type: 'dispute.opened',
  version: 1,
  schema: z.strictObject({ ...head, openedAt: instant }),
});

/** A dispute came to its end: what is won is there again, what is lost never comes back. */
export const disputeClosed = defineEvent({
  owner: 'payments',
  type: 'dispute.closed',
  version: 1,
  schema: z.strictObject({ ...head, outcome: z.enum(['won', 'lost']), closedAt: instant }),
});
