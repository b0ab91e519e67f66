import { unreachable } from '@tollgate/kernel/assert';
import type { UsageReservationStatus } from '../generated/graphql.js';
import type { Reservation } from './domain/reservation.js';

/** A reservation in GraphQL. */
export function reservationView({ customerId, status, ...reservation }: Reservation) {
  return { ...reservation, customer: { id: customerId }, status: statusOf(status) };
}

function statusOf(status: Reservation['status']): UsageReservationStatus {
  switch (status) {
    case 'held':
      return 'HELD';
    case 'committed':
      return 'COMMITTED';
    case 'released':
      return 'RELEASED';
    case 'expired':
      return 'EXPIRED';
    default:
      return unreachable(status);
  }
}
