import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import { lockUnpaid, type InvoiceCopy } from '../../copies/invoice.js';
import { routeOf } from '../../method/domain/route.js';
import { findMethods } from '../../method/store.js';
import { advance, recordPayments } from '../../payment/handlers/advance.js';
import { startPayment } from '../../payment/handlers/collect.js';
import { capturedMinor, findStanding, type StandingPayments } from '../../payment/store/payment.js';
import { dunningRuns, type DunningTimer } from '../aggregate.js';
import type { DunningState } from '../domain/run.js';
import type { DunningCommand, LivePayment } from '../domain/saga.js';
import { isSettled } from './news.js';

/** What falls due for runs. A timer whose work was done, or is no longer wanted, changes nothing. */
export const runTimers: TimerHandlers = {
  retry: async (tx, due) => {
    const wanted = due.map(toTimer);
    const invoices = await lockUnpaid(
      tx,
      wanted.map(({ invoiceId }) => invoiceId),
    );
    const runs = await dunningRuns.load(
      tx,
      wanted.map(({ dunningId }) => dunningId),
    );
    for (const { dunningId, invoiceId, index, at } of wanted) {
      const [run, invoice] = [runs.get(dunningId), invoices.get(invoiceId)];
      if (run === undefined || invoice === undefined) continue;
      await tryAgain(tx, { run, invoice, at }, (live, paymentId) => ({
        ...{ type: 'Retry', index, live, paymentId, at },
      }));
    }
  },
  revoke: async (tx, due) => {
    const wanted = due.map(toTimer);
    const runs = await dunningRuns.load(
      tx,
      wanted.map(({ dunningId }) => dunningId),
    );
    const changes = wanted.flatMap(({ dunningId, at }) => {
      const run = runs.get(dunningId);
      const decided = run === undefined ? null : dunningRuns.decide(run, { type: 'Revoke', at }, at);
      return decided?.ok === true ? [decided.change] : [];
    });
    await dunningRuns.record(tx, changes);
  },
};

function toTimer({ payload, dueAt: at }: DueTimer): DunningTimer & { readonly at: Instant } {
  return { ...(payload as DunningTimer), at };
}

/** A run at an instant, and the invoice that it is of, locked. */
export interface RunAt {
  readonly run: Loaded<DunningState>;
  readonly invoice: InvoiceCopy;
  readonly at: Instant;
}

/**
 * Decides on a retry and starts it, for what is due by now and with the methods of now. A payment that nobody could be reached
 * for makes room. Answers with the rejection, if there is one.
 */
export async function tryAgain(
  tx: TenantTx,
  { run, invoice, at }: RunAt,
  commandOf: (live: LivePayment, paymentId: string) => DunningCommand,
) {
  const standing = await findStanding(tx, invoice.invoiceId);
  const money = { ...invoice.due, minor: invoice.due.minor - capturedMinor(standing) };
  // Money came and the invoice has not heard of it: it will.
  if (isSettled(invoice) || money.minor <= 0n) return null;
  const paymentId = newId('pay');
  const decided = dunningRuns.decide(run, commandOf(liveOf(standing), paymentId), at);
  if (!decided.ok) return decided.rejection;
  const { change } = decided;
  if (change.events.some(({ type }) => type === 'RetryStarted')) {
    if (standing.live !== null) await advance(tx, standing.live.id, { type: 'Cancel', why: 'replaced' });
    const route = routeOf(await findMethods(tx, [invoice.customerId]));
    const started = startPayment(tx, invoice, { paymentId, money, route, cause: 'retry' });
    await recordPayments(tx, [await started]);
  }
  await dunningRuns.record(tx, [change]);
  return null;
}

function liveOf({ live }: StandingPayments): LivePayment {
  if (live === null || live.status === 'unavailable') return null;
  return { id: live.id, waitsForCustomer: live.status === 'requires_action' };
}
