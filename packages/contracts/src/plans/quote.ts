import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id } from '../scalars.js';
import { bill } from './bill.js';
import { couponTerms } from './coupon.js';

const COUPONS_MAX = 100;

/** A subscription was offered: what its first invoice would bill is shown, and kept as it was shown. */
export const quoteOffered = defineEvent({
  owner: 'plans',
  type: 'quote.offered',
  version: 1,
  schema: z.strictObject({
    quoteId: id('quo'),
    customerId: id('cus'),
    /** The bill that the subscription would begin with. */
    bill,
    /** Coupons that would be applied before, in their order. */
    coupons: z.array(z.strictObject({ couponId: id('cpn'), coupon: couponTerms })).max(COUPONS_MAX),
  }),
});

export type OfferedQuote = z.infer<typeof quoteOffered.schema>;
