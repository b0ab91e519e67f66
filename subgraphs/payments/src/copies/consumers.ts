import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { saveCustomer } from './customer.js';

/** Facts of others that are kept and cause nothing. */
export const copySubscriptions = [
  onMany(customerChanged, async (tx, messages) => {
    for (const { data } of messages) saveCustomer(tx, data);
  }),
];
