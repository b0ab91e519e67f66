import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, id, instant, minor } from '../scalars.js';

const invoiceHead = {
  invoiceId: id('inv'),
  customerId: id('cus'),
  subscriptionId: id('sub').nullable(),
  currency,
  totalMinor: minor,
};

/** An invoice has its number and can be paid. `dueMinor` is what payments collects. */
export const invoiceFinalised = defineEvent({
  owner: 'invoices',
  type: 'invoice.finalised',
  version: 1,
  schema: z.strictObject({
    ...invoiceHead,
    number: z.string(),
    dueMinor: minor,
    finalisedAt: instant,
    dueAt: instant,
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

/** Something about an invoice changed that its watchers want to see (draft, re-totalled, status). */
export const invoiceChanged = defineEvent({
  owner: 'invoices',
  type: 'invoice.changed',
  version: 1,
  schema: z.strictObject({
    invoiceId: id('inv'),
    customerId: id('cus'),
    status: z.string(),
    revision: z.int().min(1),
  }),
});
