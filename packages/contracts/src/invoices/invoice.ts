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
export const invoiceFinalised = defineEvent(
  'invoices',
  'invoice.finalised',
  1,
  z.strictObject({
    ...invoiceHead,
    number: z.string(),
    dueMinor: minor,
    finalisedAt: instant,
    dueAt: instant,
  }),
);

/** An invoice is settled in full. */
export const invoicePaid = defineEvent(
  'invoices',
  'invoice.paid',
  1,
  z.strictObject({ ...invoiceHead, number: z.string(), paidAt: instant }),
);

/** An invoice was voided: nothing more is collected on it. */
export const invoiceVoided = defineEvent(
  'invoices',
  'invoice.voided',
  1,
  z.strictObject({ ...invoiceHead, number: z.string(), voidedAt: instant, reason: z.string() }),
);

/** Something about an invoice changed that its watchers want to see (draft, re-totalled, status). */
export const invoiceChanged = defineEvent(
  'invoices',
  'invoice.changed',
  1,
  z.strictObject({
    invoiceId: id('inv'),
    customerId: id('cus'),
    status: z.string(),
    revision: z.int().min(1),
  }),
);
