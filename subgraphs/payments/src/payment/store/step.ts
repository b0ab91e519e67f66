import type { RawTx } from '@tollgate/runtime/database/db';
import { claimTimers, type LeasedTimer } from '@tollgate/runtime/timers/lease';
import type { Step } from './domain/step.js';

/** Steps are leased and not fired by the timer worker, which would hold a transaction while a provider is asked. */
export const STEP_OWNER = 'payments';
export const STEP_KIND = 'step';

export interface ClaimedStep extends LeasedTimer {
  readonly payload: { readonly paymentId: string; readonly version: number; readonly correlation: string };
}

/** Takes due steps for a while: nobody else does them until the lease is over. */
export async function claimSteps(raw: RawTx, limit: number, leaseS: number): Promise<ClaimedStep[]> {
  const claimed = await claimTimers(raw, { owner: STEP_OWNER, kind: STEP_KIND, limit, leaseS });
  return claimed.map((step) => ({ ...step, payload: step.payload as ClaimedStep['payload'] }));
}

/**
 * When a step is due. Asking for money is due at once by the tenant's clock, and a test clock waits for it through every
 * technical pause. Looking whether the customer has confirmed, and releasing holds, go on by the system's clock.
 */
export function dueOf({ kind, dueAt }: Step, at: Step['dueAt']) {
  return kind === 'look' || kind === 'void' ? { dueAt, background: true } : { dueAt: at, notBefore: dueAt };
}
