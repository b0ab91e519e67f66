import { z } from 'zod';
import { envelope } from '../envelope.js';
import { exactDecimal, id } from '../scalars.js';

const MESSAGES_MAX = 2_000;
const METERS_MAX = 10_000;

const messages = z.array(envelope).max(MESSAGES_MAX);

/**
 * What a command, or the time until the end of a period, would have plans tell others: none of it was sent. It travels with
 * one request through the gateway, from one subgraph to the next, and is never kept.
 */
const effect = z.strictObject({
  /** The bill whose invoice is asked for; null = the first invoice that is made. */
  about: z.strictObject({ subscriptionId: id('sub'), number: z.int().min(0) }).nullable(),
  /** What the caller says the meters come to, by dimensions, in the period that this bill closes; null = what was reported. */
  usage: z
    .array(
      z.strictObject({
        meterId: id('mtr'),
        dimensions: z.record(z.string(), z.string()),
        quantity: exactDecimal,
      }),
    )
    .max(METERS_MAX)
    .nullable(),
  /** In the order in which they would be published. */
  messages,
});

export type Effect = z.infer<typeof effect>;

/** The effect that a subgraph was handed; throws `ZodError` where it is none. */
export function effectIn(handed: unknown): Effect {
  return effect.parse(handed);
}

const added = z.strictObject({ messages });

/** What usage adds to an effect: the messages that it would publish about it. */
export type Added = z.infer<typeof added>;

/** What usage added, as a subgraph was handed it; throws `ZodError` where it is something else. */
export function addedIn(handed: unknown): Added {
  return added.parse(handed);
}
