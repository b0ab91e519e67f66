import { aggregate } from '@tollgate/runtime/command/aggregate';
import { spendCapDecider, type SpendCapState } from './domain/spend-cap.js';

/** What the usage of subscriptions may come to, in the journal, and the rows that show it. */
export const spendCaps = aggregate({
  name: 'spend cap',
  idPrefix: 'spc',
  decider: spendCapDecider,
  projections: [
    {
      table: 'usage_spend_cap',
      key: ['id'],
      columns: [
        'id',
        'subscription_id',
        'customer_id',
        'currency',
        'amount_minor',
        'action',
        'set_at',
        'removed_at',
      ],
      rows: rowsOf,
    },
  ],
});

function rowsOf({ cap }: SpendCapState, { id }: { readonly id: string }) {
  if (cap === null) return [];
  const { subscriptionId, customerId, currency, amountMinor, action, setAt, removedAt } = cap;
  return [
    {
      ...{ id, subscription_id: subscriptionId, customer_id: customerId, currency, action },
      ...{ amount_minor: amountMinor.toString(), set_at: setAt, removed_at: removedAt },
    },
  ];
}
