import { aggregate } from '@tollgate/runtime/command/aggregate';
import { alertDecider, type AlertState } from './domain/alert.js';

/** What tenants want to be told about usage, in the journal, and the rows that show it. */
export const alerts = aggregate({
  name: 'usage alert',
  idPrefix: 'alr',
  decider: alertDecider,
  projections: [
    {
      table: 'usage_alert',
      key: ['id'],
      columns: [
        'id',
        'name',
        'customer_id',
        'kind',
        'meter_id',
        'feature',
        'currency',
        'threshold',
        'repeats',
        'created_at',
        'archived_at',
      ],
      rows: rowsOf,
    },
  ],
});

function rowsOf({ alert }: AlertState) {
  if (alert === null) return [];
  const { id, name, customerId, watched, threshold, repeats, createdAt, archivedAt } = alert;
  return [
    {
      ...{ id, name, customer_id: customerId, kind: watched.kind, threshold, repeats },
      meter_id: watched.kind === 'quantity' ? watched.meterId : null,
      currency: watched.kind === 'spend' ? watched.currency : null,
      feature: watched.kind === 'share' ? watched.feature : null,
      ...{ created_at: createdAt, archived_at: archivedAt },
    },
  ];
}
