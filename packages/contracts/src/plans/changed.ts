import { z } from 'zod';
import { defineEvent } from '../event.js';
import { id } from '../scalars.js';

/** Up to this many subscriptions are told of in one message. */
export const CHANGED_BATCH_MAX = 500;

const changedSubscription = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  revision: z.int().min(1),
});

/**
 * Something about subscriptions changed that their watchers want to see (status, terms, what waits, labels): each once, as
 * it stands after all that was done to it together.
 */
export const subscriptionChanged = defineEvent({
  owner: 'plans',
  type: 'subscription.changed',
  version: 1,
  schema: z.strictObject({ subscriptions: z.array(changedSubscription).min(1).max(CHANGED_BATCH_MAX) }),
});
