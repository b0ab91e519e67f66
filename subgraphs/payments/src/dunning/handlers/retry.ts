import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import { findInvoices, lockUnpaid, type InvoiceCopy } from '../../copies/invoice.js';
import { routeOf } from '../../method/domain/route.js';
import { findMethods } from '../../method/store.js';
import { advanceAll, recordPayments } from '../../payment/handlers/advance.js';
import { startPayment } from '../../payment/handlers/collect.js';
import { capturedMinor, findStandings, type StandingPayments } from '../../payment/store/payment.js';
import { dunningRuns, type DunningChange, type DunningTimer } from '../aggregate.js';
import type { DunningState } from '../domain/run.js';
import type { DunningCommand, DunningRejection, LivePayment } from '../domain/saga.js';
import { writeAboutRuns } from '../mail.js';
import { isSettled } from './news.js';

/** What falls due for runs. A timer whose work was done, or is no longer wanted, changes nothing. */
export const runTimers: TimerHandlers = {
  retry: async (tx, due) => {
    const wanted = due.map(toTimer);
    const [invoices, runs] = await Promise.all([
      lockUnpaid(
        tx,
        wanted.map(({ invoiceId }) => invoiceId),
      ),
      dunningRuns.load(
        tx,
        wanted.map(({ dunningId }) => dunningId),
      ),
    ]);
    for (const turn of turnsOf(wanted)) {
      const retries = turn.flatMap(({ dunningId, invoiceId, index, at }): Retry[] => {
        const [run, invoice] = [runs.get(dunningId), invoices.get(invoiceId)];
        if (run === undefined || invoice === undefined) return [];
        const commandOf: Retry['commandOf'] = (live, paymentId) => ({
          ...{ type: 'Retry', index, live, paymentId, at },
        });
        return [{ run, invoice, at, commandOf }];
      });
      const { changes } = await tryAgain(tx, retries);
      for (const { id, after } of changes) runs.set(id, after);
    }
  },
  revoke: async (tx, due) => {
    const wanted = due.map(toTimer);
    const [runs, invoices] = await Promise.all([
      dunningRuns.load(
        tx,
        wanted.map(({ dunningId }) => dunningId),
      ),
      findInvoices(
        tx,
        wanted.map(({ invoiceId }) => invoiceId),
      ),
    ]);
    const changes = wanted.flatMap(({ dunningId, at }) => {
      const run = runs.get(dunningId);
      const decided = run === undefined ? null : dunningRuns.decide(run, { type: 'Revoke', at }, at);
      return decided?.ok === true ? [decided.change] : [];
    });
    await dunningRuns.record(tx, changes);
    await writeAboutRuns(tx, changes, invoices);
  },
};

function toTimer({ payload, dueAt: at }: DueTimer): DunningTimer & { readonly at: Instant } {
  return { ...(payload as DunningTimer), at };
}

/** Timers that may be seen to at once: those of one run come one after the other, each in a turn of its own. */
function turnsOf<Timer extends DunningTimer>(timers: readonly Timer[]): Timer[][] {
  const seen = new Map<string, number>();
  const turns: Timer[][] = [];
  for (const timer of timers) {
    const turn = seen.get(timer.dunningId) ?? 0;
    seen.set(timer.dunningId, turn + 1);
    (turns[turn] ??= []).push(timer);
  }
  return turns;
}

/** A run at an instant, and the invoice that it is of, locked. */
export interface Retry {
  readonly run: Loaded<DunningState>;
  readonly invoice: InvoiceCopy;
  readonly at: Instant;
  commandOf(live: LivePayment, paymentId: string): DunningCommand;
}

/** What became of retries. */
export interface Tried {
  readonly changes: readonly DunningChange[];
  readonly rejections: readonly DunningRejection[];
}

/**
 * Decides on retries, each of another run, and starts them, for what is due by now and with the methods of now. A payment that
 * nobody could be reached for makes room.
 */
export async function tryAgain(tx: TenantTx, retries: readonly Retry[]): Promise<Tried> {
  if (retries.length === 0) return { changes: [], rejections: [] };
  const invoices = retries.map(({ invoice }) => invoice);
  const [standingOf, methods] = await Promise.all([
    findStandings(
      tx,
      invoices.map(({ invoiceId }) => invoiceId),
    ),
    findMethods(tx, [...new Set(invoices.map(({ customerId }) => customerId))]),
  ]);
  const decided = retries.flatMap((retry) => decide(retry, standingOf(retry.invoice.invoiceId)));
  const changes = decided.flatMap((one) => (one.ok ? [one.change] : []));
  const starting = decided.flatMap((one) => (one.ok && startsPayment(one.change) ? [one] : []));
  await advanceAll(
    tx,
    starting.flatMap(({ live }) =>
      live === null ? [] : [{ paymentId: live.id, input: { type: 'Cancel', why: 'replaced' } }],
    ),
  );
  const started = starting.map(({ invoice, paymentId, money }) => {
    const theirs = methods.filter(({ customerId }) => customerId === invoice.customerId);
    return startPayment(tx, invoice, { paymentId, money, route: routeOf(theirs), cause: 'retry' });
  });
  await recordPayments(tx, await Promise.all(started));
  await dunningRuns.record(tx, changes);
  await writeAboutRuns(tx, changes, new Map(invoices.map((one) => [one.invoiceId, one])));
  return { changes, rejections: decided.flatMap((one) => (one.ok ? [] : [one.rejection])) };
}

function decide({ run, invoice, at, commandOf }: Retry, standing: StandingPayments) {
  const money = { ...invoice.due, minor: invoice.due.minor - capturedMinor(standing) };
  // Money came and the invoice has not heard of it: it will.
  if (isSettled(invoice) || money.minor <= 0n) return [];
  const paymentId = newId('pay');
  const decided = dunningRuns.decide(run, commandOf(liveOf(standing), paymentId), at);
  return [{ ...decided, invoice, paymentId, money, live: standing.live }];
}

function startsPayment({ events }: DunningChange): boolean {
  return events.some(({ type }) => type === 'RetryStarted');
}

function liveOf({ live }: StandingPayments): LivePayment {
  if (live === null || live.status === 'unavailable') return null;
  return { id: live.id, waitsForCustomer: live.status === 'requires_action' };
}
