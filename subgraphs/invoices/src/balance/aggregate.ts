import { aggregate } from '@tollgate/runtime/command/aggregate';
import { balanceDecider } from './domain/balance.js';
import { BALANCES } from './store.js';

/** What customers have to their credit: a stream for each customer and currency. */
export const balances = aggregate({
  name: 'balance',
  idPrefix: 'bal',
  decider: balanceDecider,
  projections: [BALANCES],
});
