import { aggregate } from '@tollgate/runtime/command/aggregate';
import { grantDecider, type GrantState } from './domain/grant.js';

/** What customers may use beside their plans, in the journal, and the rows that show it. */
export const grants = aggregate({
  name: 'entitlement grant',
  idPrefix: 'egr',
  decider: grantDecider,
  projections: [
    {
      table: 'usage_entitlement_grant',
      key: ['id'],
      columns: [
        'id',
        'customer_id',
        'feature',
        'meter_id',
        'quantity',
        'starts_at',
        'expires_at',
        'revoked_at',
        'note',
        'created_at',
      ],
      rows: rowsOf,
    },
  ],
});

function rowsOf({ grant }: GrantState) {
  if (grant === null) return [];
  const { id, customerId, feature, meterId, quantity, startsAt, expiresAt, revokedAt, note, createdAt } =
    grant;
  return [
    {
      ...{ id, customer_id: customerId, feature, meter_id: meterId, quantity, note, created_at: createdAt },
      ...{ starts_at: startsAt, expires_at: expiresAt, revoked_at: revokedAt },
    },
  ];
}
