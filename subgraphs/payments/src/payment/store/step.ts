import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { claimTimers, type Claim, type LeasedTimer } from '@tollgate/runtime/timers/lease';
import { schedule, type Appointment } from '@tollgate/runtime/timers/timers';
import { z } from 'zod';
import type { PaymentState } from '../domain/state.js';
import { stepsOf } from '../domain/step.js';

/** Steps are timers that the timer worker does not fire, for it holds a transaction while it does. */
export const STEP_OWNER = 'payments';
export const STEP_KIND = 'step';

/** The version is that of the payment's stream: a step that was overtaken is recognised by it. */
const payloadSchema = z.object({
  paymentId: z.string(),
  version: z.number(),
  /** Absent in steps of an older release, which had one at a time. */
  step: z.enum(['authorise', 'capture', 'look', 'void', 'refund']).optional(),
  correlation: z.string(),
});

type StepPayload = z.infer<typeof payloadSchema>;

export interface ClaimedStep extends LeasedTimer {
  readonly payload: StepPayload;
}

/** Appoints what is to be asked of a provider next, with the transaction's next write. */
export async function scheduleSteps(
  tx: TenantTx,
  payments: readonly { readonly state: PaymentState; readonly version: number }[],
): Promise<void> {
  const { correlation } = tx.scope;
  const appointments = payments.flatMap(({ state, version }) =>
    state === null
      ? []
      : stepsOf(state).map(({ kind, due }): Appointment => {
          const payload: StepPayload = { paymentId: state.id, version, step: kind, correlation };
          const key = `${state.id}:${version}:${kind}`;
          const base = { owner: STEP_OWNER, kind: STEP_KIND, key, dueAt: due.at, payload };
          if (due.clock === 'system') return { ...base, background: true };
          return due.notBefore === null ? base : { ...base, notBefore: due.notBefore };
        }),
  );
  await schedule(tx, appointments);
}

/** Takes due steps for a while: nobody else does them until the lease is over. */
export async function claimSteps(
  raw: Queryable,
  { limit, leaseS }: Pick<Claim, 'limit' | 'leaseS'>,
): Promise<ClaimedStep[]> {
  const claimed = await claimTimers(raw, { owner: STEP_OWNER, kind: STEP_KIND, limit, leaseS });
  return claimed.map((timer) => ({ ...timer, payload: payloadSchema.parse(timer.payload) }));
}
