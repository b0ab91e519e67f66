import { aggregate } from '@tollgate/runtime/command/aggregate';
import { reservationDecider, type ReservationState } from './domain/reservation.js';

/** Units that are held before they are used, in the journal, and the rows that show them. */
export const reservations = aggregate({
  name: 'usage reservation',
  idPrefix: 'rsv',
  decider: reservationDecider,
  projections: [
    {
      table: 'usage_reservation',
      key: ['id'],
      columns: [
        'id',
        'customer_id',
        'meter_id',
        'feature',
        'quantity',
        'status',
        'used',
        'event_id',
        'created_at',
        'expires_at',
        'ended_at',
      ],
      rows: rowsOf,
    },
  ],
  timers: ({ id, before, after }) => {
    const { reservation } = after.state;
    if (before.version > 0 || reservation === null) return [];
    return [{ owner: 'usage', kind: 'reservation_expiry', key: id, dueAt: reservation.expiresAt }];
  },
});

function rowsOf({ reservation }: ReservationState) {
  if (reservation === null) return [];
  const { id, customerId, meterId, feature, quantity, status, used, eventId } = reservation;
  return [
    {
      ...{
        id,
        customer_id: customerId,
        meter_id: meterId,
        feature,
        quantity,
        status,
        used,
        event_id: eventId,
      },
      ...{
        created_at: reservation.createdAt,
        expires_at: reservation.expiresAt,
        ended_at: reservation.endedAt,
      },
    },
  ];
}
