import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { claimTimers, type Claim, type LeasedTimer } from '@tollgate/runtime/timers/lease';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { z } from 'zod';

/** Checks are timers that the timer worker does not fire, for it holds a transaction while it does. */
export const CHECK_OWNER = 'tenancy';
const CHECK_KIND = 'vat_id';

/** A VAT id that the register is asked about. */
const payloadSchema = z.object({
  customerId: z.string(),
  vatId: z.string(),
  /** That of the customer's stream with which the check began. */
  version: z.number(),
  /** How often it was asked before. */
  tries: z.number(),
});

export type VatIdStep = z.infer<typeof payloadSchema>;

export interface ClaimedCheck extends LeasedTimer {
  readonly payload: VatIdStep;
}

/** When the register is asked. A test clock waits for the first answer, and not for a register that has none. */
export function checkAppointment(step: VatIdStep, dueAt: Instant): Appointment {
  const key = `${step.customerId}:${step.version}:${step.tries}`;
  const appointment = { owner: CHECK_OWNER, kind: CHECK_KIND, key, dueAt, payload: step };
  return step.tries === 0 ? appointment : { ...appointment, background: true };
}

/** Takes checks that are due for a while: nobody else does them until the lease is over. */
export async function claimChecks(
  raw: Queryable,
  { limit, leaseS }: Pick<Claim, 'limit' | 'leaseS'>,
): Promise<ClaimedCheck[]> {
  const claimed = await claimTimers(raw, { owner: CHECK_OWNER, kind: CHECK_KIND, limit, leaseS });
  return claimed.map((timer) => ({ ...timer, payload: payloadSchema.parse(timer.payload) }));
}
