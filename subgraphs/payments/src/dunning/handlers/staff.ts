import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoice } from '../../copies/invoice.js';
import { dunningRuns } from '../aggregate.js';
import type { DunningRejection } from '../domain/saga.js';
import { tryAgain, type Retry } from './retry.js';

/** A run to hold, or to let go on. */
export interface DunningInput {
  readonly dunningId: string;
  readonly idempotencyKey?: string | null;
}

/** Holds the retries of an invoice: those that fall due meanwhile are left out. */
export async function pauseDunning(caller: Caller, input: DunningInput) {
  const { dunningId } = input;
  const asked = { name: 'pauseDunning', input, access: 'backend', subject: dunningId } as const;
  return command(caller, asked, async (tx) => {
    const [run, at] = await Promise.all([dunningRuns.loadOne(tx, dunningId), tx.now()]);
    const decided = dunningRuns.decide(run, { type: 'Pause', at }, at);
    if (!decided.ok) return rejectedFor(decided.rejection, dunningId);
    await dunningRuns.record(tx, [decided.change]);
    return { __typename: 'DunningPaused' as const, dunningId };
  });
}

/** Lets the retries of an invoice go on; where none is left, one is made at once. */
export async function resumeDunning(caller: Caller, input: DunningInput) {
  const { dunningId } = input;
  const asked = { name: 'resumeDunning', input, access: 'backend', subject: dunningId } as const;
  return command(caller, asked, async (tx) => {
    const rejection = await resumeNow(tx, dunningId);
    if (rejection !== null) return rejectedFor(rejection, dunningId);
    return { __typename: 'DunningResumed' as const, dunningId };
  });
}

async function resumeNow(tx: TenantTx, dunningId: string): Promise<DunningRejection | null> {
  const found = await dunningRuns.loadOne(tx, dunningId);
  const invoice = found.state === null ? null : await lockInvoice(tx, found.state.invoiceId);
  const at = await tx.now();
  if (invoice === null) return { reason: 'UnknownDunningRun', message: 'There is no such run.' };
  const run = await dunningRuns.loadOne(tx, dunningId);
  const commandOf: Retry['commandOf'] = (live, paymentId) => ({ type: 'Resume', live, paymentId, at });
  const { rejections } = await tryAgain(tx, [{ run, invoice, at, commandOf }]);
  return rejections[0] ?? null;
}

function rejectedFor(rejection: DunningRejection, dunningId: string) {
  return rejection.reason === 'UnknownDunningRun' ? { ...rejection, dunningId } : rejection;
}
