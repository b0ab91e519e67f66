import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { isOver, nextRetry, type DunningEvent, type DunningState } from './domain/run.js';
import { dunningDecider } from './domain/saga.js';
import { messagesOf } from './events.js';
import { DUNNING_COLUMNS, rowOf } from './store.js';

export type DunningChange = Change<DunningState, DunningEvent>;

/** Whose timers these are: payments' own are the steps that its collector takes. */
export const DUNNING_OWNER = 'dunning';

/** What an appointment of a run is about. */
export interface DunningTimer {
  readonly dunningId: string;
  readonly invoiceId: string;
  /** Of a retry: how many came before it. */
  readonly index: number;
}

/** What is done about invoices that are not paid: one stream for each of them. */
export const dunningRuns = aggregate({
  name: 'dunning run',
  idPrefix: 'dun',
  decider: dunningDecider,
  projections: [
    {
      table: 'payments_dunning',
      key: ['id'],
      columns: DUNNING_COLUMNS,
      rows: (state: DunningState, { version }) => (state === null ? [] : [{ ...rowOf(state, version) }]),
    },
  ],
  messages: messagesOf,
  timers: appointmentsOf,
});

/** Of one instant and customer the older invoice's comes first, and of one invoice the retry. */
function appointmentsOf({ after: { state: run } }: DunningChange): Appointment[] {
  if (run === null || isOver(run)) return [];
  const { id: dunningId, invoiceId, customerId: series, past: index, revokeAt } = run;
  const payload: DunningTimer = { dunningId, invoiceId, index };
  const base = { owner: DUNNING_OWNER, series, payload };
  const retryAt = nextRetry(run);
  return [
    ...(retryAt === null ? [] : [{ ...base, kind: 'retry', key: `${invoiceId}:${index}`, dueAt: retryAt }]),
    ...(revokeAt === null || !run.hasAccess
      ? []
      : [{ ...base, kind: 'revoke', key: `${invoiceId}:revoke`, dueAt: revokeAt }]),
  ];
}
