import { assert } from '@tollgate/kernel/assert';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Ingest } from '../event/handlers.js';
import type { Resolvers } from '../generated/graphql.js';
import { commitReservation } from './commit.js';
import { pageOfReservations, releaseReservation, reservationById, reserveUsage } from './handlers.js';
import { reservationView } from './view.js';

/** Reservations in GraphQL; nothing is decided here. */
export function reservationResolvers(db: Database, ingest: Ingest) {
  const shown = async (caller: Caller, id: string) => {
    const reservation = await reservationById(caller, id);
    assert(reservation !== null, 'what was reserved exists');
    return reservationView(reservation);
  };
  return {
    Query: {
      usageReservations: (_, args, context) => pageOfReservations({ db, context }, args),
      usageReservation: async (_, { id }, context) => {
        backOfficeScope(context);
        const reservation = await reservationById({ db, context }, id);
        return reservation === null ? null : reservationView(reservation);
      },
    },
    Mutation: {
      reserveUsage: async (_, { input }, context) => {
        const answer = await reserveUsage({ db, context }, input);
        if (answer.__typename !== 'UsageReserved') return answer;
        return { ...answer, reservation: await shown({ db, context }, answer.reservationId) };
      },
      commitReservation: async (_, { input }, context) => {
        const answer = await commitReservation({ db, context }, ingest, input);
        if (answer.__typename !== 'ReservationCommitted') return answer;
        return { ...answer, reservation: await shown({ db, context }, answer.reservationId) };
      },
      releaseReservation: async (_, { input }, context) => {
        const answer = await releaseReservation({ db, context }, input);
        if (answer.__typename !== 'ReservationReleased') return answer;
        return { ...answer, reservation: await shown({ db, context }, answer.reservationId) };
      },
    },
  } satisfies Resolvers;
}
