import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id, instant } from '../scalars.js';

/** Changes of who pays for one customer, all told. */
export const PAYER_TERMS_MAX = 50;

/** Who pays the invoices of a customer that are made from an instant on, until the next one. */
const payerTerm = z.strictObject({
  from: instant,
  /** Null: the customer itself. */
  payerId: id('cus').nullable(),
});

/**
 * Who pays the invoices of a customer changed, or will: always all of it, the earliest first. Nobody but the customer pays
 * before the first.
 */
export const customerPayersChanged = defineEvent({
  owner: 'tenancy',
  type: 'customer.payers_changed',
  version: 1,
  schema: z.strictObject({
    customerId: id('cus'),
    /** Grows with every change of the customer; an older version that arrives later is ignored. */
    revision: z.int().min(1),
    terms: z.array(payerTerm).max(PAYER_TERMS_MAX),
  }),
});
