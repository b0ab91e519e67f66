import { aggregate } from '@tollgate/runtime/command/aggregate';
import { disputeDecider, type DisputeState } from './domain/dispute.js';
import { messagesOf } from './events.js';
import { DISPUTE_COLUMNS, rowOf } from './store.js';

/** Payments that customers dispute: one stream for each dispute of a provider. */
export const disputes = aggregate({
  name: 'dispute',
  idPrefix: 'dsp',
  decider: disputeDecider,
  projections: [
    {
      table: 'payments_dispute',
      key: ['id'],
      columns: DISPUTE_COLUMNS,
      rows: (state: DisputeState, { version }) => (state === null ? [] : [{ ...rowOf(state, version) }]),
    },
  ],
  messages: messagesOf,
});
