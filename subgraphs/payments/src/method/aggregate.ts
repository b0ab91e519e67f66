import { aggregate } from '@tollgate/runtime/command/aggregate';
import { methodDecider, type MethodState } from './domain/method.js';
import { METHOD_COLUMNS, rowOf } from './store.js';

/** A payment method on file: its stream and its row. Nobody else hears of it. */
export const methods = aggregate({
  name: 'payment method',
  idPrefix: 'pmt',
  decider: methodDecider,
  projections: [
    {
      table: 'payment_method',
      key: ['id'],
      columns: METHOD_COLUMNS,
      rows: (state: MethodState) => (state === null ? [] : [{ ...rowOf(state) }]),
    },
  ],
});
