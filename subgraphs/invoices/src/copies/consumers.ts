import { customerPayersChanged } from '@tollgate/contracts/tenancy/payers';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { keepPayers } from './payer.js';

/** Facts of other contexts that bills are computed by, and that change nothing of what is drafted. */
export const copySubscriptions = [
  onMany(customerPayersChanged, async (tx, messages) =>
    keepPayers(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
];
