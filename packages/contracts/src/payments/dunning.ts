import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id, instant } from '../scalars.js';

/** Subscriptions that an invoice is of; joint invoices are of several. */
export const INVOICE_SUBSCRIPTIONS_MAX = 10_000;

const head = {
  dunningId: id('dun'),
  invoiceId: id('inv'),
  /** Who pays the invoice. */
  customerId: id('cus'),
  subscriptionIds: z.array(id('sub')).max(INVOICE_SUBSCRIPTIONS_MAX),
  at: instant,
};

/**
 * Whether an invoice fails (a charge was declined, or it is past due), and whether its subscriptions give access while it
 * does. Told each time that one of the two changes.
 */
export const dunningChanged = defineEvent({
  owner: 'payments',
  type: 'dunning.changed',
  version: 1,
  schema: z.strictObject({ ...head, isFailing: z.boolean(), hasAccess: z.boolean() }),
});

/** All was tried and the invoice is not paid: what the tenant's policy says is to be done now. */
export const dunningEnded = defineEvent({
  owner: 'payments',
  type: 'dunning.ended',
  version: 1,
  schema: z.strictObject({
    ...head,
    /** `stopped`: a decline that no retry changes. */
    outcome: z.enum(['exhausted', 'stopped']),
    /** What becomes of the subscriptions. */
    action: z.enum(['cancel', 'pause', 'none']),
    /** Whether the invoice is written off. */
    markUncollectible: z.boolean(),
  }),
});
