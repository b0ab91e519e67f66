import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { meterCreated } from '@tollgate/contracts/usage/meter';
import { onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import { saveCustomers, saveMeters } from './catalogue/store.js';
import { CONSUMER } from './subscription/events.js';

/** Customers and meters of the other contexts, as far as plans needs them. */
export const consumers: readonly ConsumerOptions[] = [
  {
    name: CONSUMER,
    subscriptions: [
      onMany(customerChanged, (tx, messages) =>
        saveCustomers(
          tx,
          messages.map(({ data }) => data),
        ),
      ),
      onMany(meterCreated, (tx, messages) =>
        saveMeters(
          tx,
          messages.map(({ data }) => data),
        ),
      ),
    ],
  },
];
