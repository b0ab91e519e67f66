import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { meterCreated } from '@tollgate/contracts/usage/meter';
import { on, onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import { CONSUMER } from './consumer.js';
import { keepCustomers } from './customer.js';
import { keepMeters } from './meter.js';
import { keepSettings } from './settings.js';

/** Facts of the other contexts, as far as plans needs them. */
export const copiesConsumer: ConsumerOptions = {
  name: CONSUMER,
  subscriptions: [
    on(tenantChanged, (tx, { data }) => keepSettings(tx, data)),
    onMany(customerChanged, async (tx, messages) =>
      keepCustomers(
        tx,
        messages.map(({ data }) => data),
      ),
    ),
    onMany(meterCreated, (tx, messages) =>
      keepMeters(
        tx,
        messages.map(({ data }) => data),
      ),
    ),
  ],
};
