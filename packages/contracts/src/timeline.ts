import { z } from 'zod';
import { instant } from './scalars.js';

const FACTS_MAX = 201;

/** Something that happened to a customer, as the context that it happened in tells it. */
const fact = z.strictObject({
  /** Where it stands among all that happened to the tenant; the later of two is the greater text. */
  position: z.string(),
  /** Id of what it happened to. */
  subject: z.string(),
  at: instant,
  text: z.string(),
  by: z.enum(['TENANT', 'CUSTOMER', 'STAFF', 'SYSTEM']),
  /** Null where it is not for the caller. */
  actor: z.string().nullable(),
});

/** One context's part of a timeline: it travels with one request through the gateway, and is never kept. */
const told = z.strictObject({ facts: z.array(fact).max(FACTS_MAX) });

/** Which part of whose timeline is asked for. */
const asked = z.strictObject({
  customerId: z.string(),
  limit: z.int().min(1).max(FACTS_MAX),
  /** Only what was before this position; null = the newest. */
  before: z.string().nullable(),
});

export type TimelineFact = z.infer<typeof fact>;
export type ToldFacts = z.infer<typeof told>;
export type AskedTimeline = z.infer<typeof asked>;

/** Facts that a subgraph was handed; throws `ZodError` where they are none. */
export function factsIn(handed: unknown): readonly TimelineFact[] {
  return told.parse(handed).facts;
}

/** The part that a subgraph is asked for; throws `ZodError` where it is none. */
export function timelineIn(handed: unknown): AskedTimeline {
  return asked.parse(handed);
}
