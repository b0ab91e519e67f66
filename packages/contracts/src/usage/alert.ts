import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, decimal, id, instant, period } from '../scalars.js';

/** Usage came to what an alert is about: once in a period for each step. */
export const usageAlertReached = defineEvent({
  owner: 'usage',
  type: 'usage.alert_reached',
  version: 1,
  schema: z.strictObject({
    reachedId: id('arc'),
    alertId: id('alr'),
    name: z.string(),
    customerId: id('cus'),
    /** Null where a meter is watched: that is the customer's. */
    subscriptionId: id('sub').nullable(),
    period,
    kind: z.enum(['quantity', 'spend', 'share']),
    meterId: id('mtr').nullable(),
    feature: z.string().nullable(),
    currency: currency.nullable(),
    /** What the alert wants: units, minor units, or hundredths of the limit. */
    threshold: decimal,
    /** How many times that. */
    step: z.string().regex(/^\d{1,19}$/),
    /** What usage had come to, as the threshold. */
    value: decimal,
    reachedAt: instant,
  }),
});
