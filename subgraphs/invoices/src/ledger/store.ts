import { eventPartId } from '@tollgate/kernel/id';
import { toMs } from '@tollgate/kernel/time/time';
import type { EventRows, Step } from '@tollgate/runtime/command/event-rows';
import type { ProjectedRow } from '@tollgate/runtime/command/projection';
import { ACCOUNTS, type Posting } from './domain/posting.js';

/**
 * The ledger, as a noun's events write it: an entry of each posting, in the transaction of the event. A row has a column for
 * each account, so that Postgres itself sees that it sums to zero; the role of a tenant may add rows and change none.
 */
export function ledgerRows<State, Event>(
  postingsOf: (step: Step<State, Event>) => readonly Posting[],
): EventRows<State, Event> {
  return {
    table: 'invoices_ledger_entry',
    key: ['id'],
    owner: 'stream',
    columns: [
      ...['id', 'stream', 'version', 'at', 'kind', 'cause_id', 'currency', 'customer_id', 'invoice_id'],
      ...['revenue_on', ...ACCOUNTS],
    ],
    rows: (step) => postingsOf(step).map((posting, part) => rowOf(step, posting, part)),
  };
}

function rowOf<State, Event>(
  { id: stream, version, at }: Step<State, Event>,
  { kind, causeId, currency, customerId, invoiceId, revenueOn, amounts }: Posting,
  part: number,
): ProjectedRow {
  return {
    id: eventPartId('led', { timeMs: toMs(at), stream, version, part }),
    ...{ stream, version, at, kind, cause_id: causeId, currency },
    ...{ customer_id: customerId, invoice_id: invoiceId, revenue_on: revenueOn },
    ...Object.fromEntries(Object.entries(amounts).map(([account, minor]) => [account, minor.toString()])),
  };
}
