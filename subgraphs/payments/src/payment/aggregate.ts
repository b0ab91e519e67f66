import { aggregate, type Change } from '@tollgate/runtime/command/aggregate';
import type { PaymentEvent } from './domain/event.js';
import { paymentDecider } from './domain/payment.js';
import type { PaymentState } from './domain/state.js';
import { changedMessages } from './changed.js';
import { published } from './events.js';
import { PAYMENT_COLUMNS, rowOf } from './store/row.js';

export type PaymentChange = Change<PaymentState, PaymentEvent>;

/** Collecting one invoice: its stream, its row, and what others hear of it. */
export const payments = aggregate({
  name: 'payment',
  idPrefix: 'pay',
  decider: paymentDecider,
  projections: [
    {
      table: 'payment',
      key: ['id'],
      columns: PAYMENT_COLUMNS,
      rows: (state: PaymentState, { version }) => (state === null ? [] : [{ ...rowOf(state, version) }]),
    },
  ],
  messages: (changes: readonly PaymentChange[]) =>
    changes.flatMap((change) => {
      const { after, events } = change;
      return after.state === null ? [] : [...published(after.state, events), ...changedMessages(change)];
    }),
  // What failed is looked at again at once: whether it is to be tried again.
  weightOf: (payment) => 1 + (payment?.attempts.length ?? 0),
});
