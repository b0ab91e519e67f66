import { aggregate } from '@tollgate/runtime/command/aggregate';
import { chargeItemDecider } from './domain/charge-item.js';
import { CHARGE_ITEMS } from './store.js';

/** What customers are charged for by name. */
export const chargeItems = aggregate({
  name: 'charge item',
  idPrefix: 'chi',
  decider: chargeItemDecider,
  projections: [CHARGE_ITEMS],
});
