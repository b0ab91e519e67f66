import { z } from 'zod';
import { id, instant } from './scalars.js';

/**
 * What every published message carries around its data. `key` orders: messages of one key arrive in the order they
 * were recorded. `id` is what consumers remember, so that a redelivered message has no second effect.
 */
export const envelope = z.strictObject({
  id: id('evt'),
  /** For example `subscription.started`. */
  type: z.string().min(1).max(80),
  /** Version of the data's shape; a published shape never changes. */
  version: z.int().min(1).max(1_000),
  tenant: id('ten'),
  /** `<tenant>:<aggregate id>`: the partition key. */
  key: z.string().min(1).max(120),
  /** Business time, by the tenant's clock. */
  occurredAt: instant,
  /** The request or timer that started it all. */
  correlation: z.string().max(120),
  /** The message or command that caused this one. */
  cause: z.string().max(120),
  /** Who did it: key, customer, staff member, or `system`. */
  actor: z.string().max(200),
  data: z.unknown(),
});

export type Envelope = z.infer<typeof envelope>;
