import { z } from 'zod';
import { defineEvent } from '../event.js';
import { currency, id, instant, minor, period } from '../scalars.js';

/** The usage of a subscription has come to its cap; once in a period, unless the cap is set anew. */
export const spendCapReached = defineEvent({
  owner: 'usage',
  type: 'usage.spend_cap_reached',
  version: 1,
  schema: z.strictObject({
    subscriptionId: id('sub'),
    customerId: id('cus'),
    period,
    /** `stop`: events are rejected until the period ends. */
    action: z.enum(['alert', 'stop']),
    currency,
    capMinor: minor,
    /** What usage comes to. */
    spendMinor: minor,
    reachedAt: instant,
  }),
});
