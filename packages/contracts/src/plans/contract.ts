import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, exactDecimal, id, instant, period } from '../scalars.js';
import { termsRef } from './terms-ref.js';

const SUBSCRIPTIONS_MAX = 50;
const PARTS_MAX = 100;

/** Something that a contract charges for: the customer gets an invoice over it at once. */
export const contractCharged = defineEvent({
  owner: 'plans',
  type: 'contract.charged',
  version: 1,
  schema: z.strictObject({
    contractId: id('ctr'),
    chargeId: id('chg'),
    customerId: id('cus'),
    currency,
    /** Key and text of the line. */
    key: z.string().min(1).max(64),
    description: z.string().min(1).max(200),
    of: z.union([
      /** In major units. */
      z.strictObject({ kind: z.literal('amount'), amount: exactDecimal }),
      /** A part of the fees of billing periods that are not billed any more. */
      z.strictObject({
        kind: z.literal('remaining_fees'),
        percent: exactDecimal,
        subscriptions: z
          .array(
            z.strictObject({
              terms: termsRef,
              /** Whole periods, and parts of others. */
              whole: z.int().min(0),
              parts: z.array(z.strictObject({ full: period, active: period })).max(PARTS_MAX),
            }),
          )
          .max(SUBSCRIPTIONS_MAX),
      }),
    ]),
  }),
});

/**
 * An amount that was bought in advance: usage of these subscriptions in stretches that begin in [from, until) draws it
 * down before anything of it is due. The highest revision holds.
 */
export const contractCommitted = defineEvent({
  owner: 'plans',
  type: 'contract.committed',
  version: 1,
  schema: z.strictObject({
    contractId: id('ctr'),
    commitmentId: id('cmt'),
    revision: z.int().min(1),
    customerId: id('cus'),
    currency,
    /** In major units. */
    amount: exactDecimal,
    subscriptionIds: z.array(id('sub')).min(1).max(SUBSCRIPTIONS_MAX),
    from: instant,
    until: instant,
  }),
});

export type ContractCharge = z.infer<typeof contractCharged.schema>;
export type ContractCommitment = z.infer<typeof contractCommitted.schema>;
