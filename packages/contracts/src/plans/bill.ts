import { z } from 'zod';
import { defineEvent } from '../event.js';
import { exactDecimal, id, instant, period } from '../scalars.js';
import { PERIOD_BATCH_MAX } from './subscription.js';
import { termsRef } from './terms-ref.js';
import { calendar } from './version.js';

const opened = {
  /** Counts all periods of the subscription, from 0. */
  index: z.int().min(0),
  /** Counts those that have fees, from 0; null in a trial. */
  paid: z.int().min(0).nullable(),
  period,
  /** The whole period that this one is the end of, where it is shorter. */
  full: period.nullable(),
};

const ADDONS_MAX = 200;

const addon = z.strictObject({
  addonId: id('add'),
  key: z.string().min(1).max(100),
  name: z.string(),
  /** Of a unit for a period, in major units. */
  amount: exactDecimal,
  quantity: exactDecimal,
});

/**
 * What one command or one end of a period does to one subscription, as far as others have to know: an instruction to
 * bill. Bills of a subscription are numbered from 0 without gaps and are carried out in that order.
 */
export const bill = z.strictObject({
  number: z.int().min(0),
  reason: z.enum(['start', 'period_end', 'change', 'addon', 'cancel', 'pause', 'resume']),
  /** When it happens, by the business; the message says when it was noted. */
  at: instant,
  /** In force from now on; the last ones once it is over. */
  terms: termsRef,
  /** The period that is open now; null where none is. */
  current: z.strictObject(opened).nullable(),
  /** Whether that period is new: its fees are billed. */
  opens: z.boolean(),
  /** The stretch [from, to) of a period that is billed for its usage; none in a trial. */
  closes: z
    .strictObject({
      ...opened,
      paid: z.int().min(0),
      from: instant,
      to: instant,
      /** Whether the period is over with it, at its end or before. */
      ends: z.boolean(),
      /** What was in force in it, where that is not what is in force now. */
      terms: termsRef.nullable(),
    })
    .nullable(),
  /** What is unused of these fees is given back, and the rest of the period that goes on is charged. */
  legs: z
    .union([
      z.strictObject({ grain: calendar.grain, of: z.enum(['all', 'fees', 'quantity']) }),
      z.strictObject({
        grain: calendar.grain,
        of: z.literal('addon'),
        key: z.string(),
        /** Whether it is charged for the rest of the period: it joins. */
        charges: z.boolean(),
      }),
    ])
    .nullable(),
  /** What the subscription has beside its plan from now on, in the order of joining. */
  addons: z.array(addon).max(ADDONS_MAX),
  /** What is unused is given back by credit notes, before anything is billed. */
  credit: z
    .strictObject({
      grain: calendar.grain,
      to: z.enum(['balance', 'refund']),
      /** Only of this invoice; absent = of all. */
      invoiceId: id('inv').optional(),
    })
    .nullable(),
  /** What the subscription is afterwards, where it does not run. */
  over: z.enum(['ended', 'paused']).nullable(),
  /**
   * Bills of one message with the same name here are billed on one invoice. It is the first one's subscription; absent where
   * a bill has an invoice of its own.
   */
  joint: id('sub').optional(),
});

export type Bill = z.infer<typeof bill>;

/**
 * Bills of one instant, in their order; those of one customer are together. Bills that close a stretch go on to usage,
 * which adds what was used, and so do joint ones; the others are carried out as they are.
 */
export const subscriptionBilled = defineEvent({
  owner: 'plans',
  type: 'subscription.billed',
  version: 1,
  schema: z.strictObject({ bills: z.array(bill).min(1).max(PERIOD_BATCH_MAX) }),
});

const BILL_KEYS_MAX = 6;

/** What bills are kept in order by: all of a customer's have the same. */
export const BILL_KEYS: readonly string[] = Array.from({ length: BILL_KEYS_MAX }, (_, i) => `bill:${i}`);

/** The key of a customer's bills. */
export function billKey(customerId: string): string {
  let sum = 0;
  for (const char of customerId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return `bill:${sum % BILL_KEYS_MAX}`;
}
