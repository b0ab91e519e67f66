import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import { compareDecimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import { instantFromMs, toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Metric } from '../../aggregation/domain/metric.js';

/** How a reservation stands. */
export type ReservationStatus = 'held' | 'committed' | 'released' | 'expired';

/** Units of a meter that are held before they are used. */
export interface Reservation {
  readonly id: string;
  readonly customerId: string;
  readonly meterId: string;
  readonly feature: string;
  readonly quantity: Decimal;
  readonly status: ReservationStatus;
  /** Units that were used; null where nothing was. */
  readonly used: Decimal | null;
  /** The tenant's id of the event that it became. */
  readonly eventId: string | null;
  readonly createdAt: Instant;
  /** First instant at which it holds nothing. */
  readonly expiresAt: Instant;
  readonly endedAt: Instant | null;
}

/** A limit as the reservation meets it; without a limit the numbers are null. */
export interface Room {
  readonly feature: string;
  readonly limit: Decimal | null;
  readonly used: Decimal;
  readonly reserved: Decimal;
  readonly remaining: Decimal | null;
}

export type ReservationCommand =
  | {
      readonly type: 'reserve';
      readonly id: string;
      readonly customerId: string;
      readonly meterId: string;
      readonly wanted: Wanted;
      readonly room: Room;
      readonly at: Instant;
    }
  | { readonly type: 'commit'; readonly used: Decimal; readonly eventId: string; readonly at: Instant }
  | { readonly type: 'release'; readonly at: Instant }
  | { readonly type: 'expire'; readonly at: Instant };

export type ReservationEvent =
  | {
      readonly type: 'usage.reserved';
      readonly reservation: Omit<Reservation, 'status' | 'used' | 'eventId' | 'endedAt'>;
    }
  | {
      readonly type: 'reservation.committed';
      readonly used: Decimal;
      readonly eventId: string;
      readonly at: Instant;
    }
  | { readonly type: 'reservation.released'; readonly at: Instant }
  | { readonly type: 'reservation.expired'; readonly at: Instant };

export interface ReservationState {
  readonly reservation: Reservation | null;
}

/** The limit has no room. */
export type LimitExceeded = Rejection & {
  readonly reason: 'UsageLimitExceeded';
  readonly feature: string;
  readonly limit: Decimal;
  readonly used: Decimal;
  readonly reserved: Decimal;
  readonly remaining: Decimal;
};
/** It holds nothing any more. */
export type Over = Rejection & {
  readonly reason: 'ReservationOver';
  readonly reservationId: string;
  readonly status: 'COMMITTED' | 'RELEASED' | 'EXPIRED';
};

type Rejected = LimitExceeded | Over;

/** The rules of a reservation: it fits the limit, and ends once. */
export const reservationDecider: Decider<ReservationState, ReservationCommand, ReservationEvent, Rejected> = {
  initial: { reservation: null },
  decide: (command, { reservation }) => {
    if (command.type === 'reserve') return reservation === null ? reserve(command) : accept();
    assert(reservation !== null, 'a reservation is made before it ends');
    return end(command, reservation);
  },
  evolve: ({ reservation }, event) => {
    if (event.type === 'usage.reserved')
      return {
        reservation: { ...event.reservation, status: 'held', used: null, eventId: null, endedAt: null },
      };
    assert(reservation !== null, 'a reservation is made before it ends');
    return { reservation: ended(reservation, event) };
  },
};

/** What is asked to be held, read. */
export interface Wanted {
  readonly quantity: Decimal;
  readonly ttlSeconds: number;
}

const TTL_SECONDS_MAX = 7 * 24 * 60 * 60;
const SECOND_MS = 1_000;
/** A count is of events, and one report carries so many. */
export const COUNT_MAX = 1_000;

/** Reads what is to be held, whatever it is of. */
export function readWanted(given: {
  readonly quantity: unknown;
  readonly ttlSeconds: unknown;
  readonly feature: string | null;
  readonly meterId: string | null;
}): { readonly wanted: Wanted; readonly rejection: InvalidInput | null } {
  const fields = new InputReader();
  if ((given.feature === null) === (given.meterId === null))
    fields.reject('input.feature', 'Give either a feature or a meter.');
  const quantity = fields.units('input.quantity', given.quantity);
  if (quantity === ZERO_DECIMAL) fields.reject('input.quantity', 'Give more than 0.');
  const ttlSeconds = fields.integer('input.ttlSeconds', given.ttlSeconds, [1, TTL_SECONDS_MAX]);
  return { wanted: { quantity, ttlSeconds }, rejection: fields.rejection };
}

/** Why so much of a meter is neither held nor used; null = it may be. */
export function quantityFault({ type }: Metric, quantity: Decimal): InvalidInput | null {
  if (type !== 'count') return null;
  const fields = new InputReader();
  const count = Number(quantity);
  if (!Number.isInteger(count) || count > COUNT_MAX)
    fields.reject('input.quantity', `Give a whole number up to ${COUNT_MAX}: events are counted.`);
  return fields.rejection;
}

/** Whether units of a meter add up, whoever used them and when: only those can be held before they are used. */
export function isReservable({ type, windowCombine, subscriptionProperty }: Metric): boolean {
  return (
    (type === 'count' || type === 'sum') && windowCombine !== 'max' && subscriptionProperty === undefined
  );
}

/** Whether it still holds its units. */
export function holdsAt({ status, expiresAt }: Reservation, now: Instant): boolean {
  return status === 'held' && now < expiresAt;
}

function reserve(
  command: Extract<ReservationCommand, { type: 'reserve' }>,
): Decision<ReservationEvent, LimitExceeded> {
  const { id, customerId, meterId, wanted, room, at } = command;
  const { quantity, ttlSeconds } = wanted;
  const { feature, limit, used, reserved, remaining } = room;
  if (limit !== null && remaining !== null && compareDecimal(remaining, quantity) < 0) {
    const message = `The limit of ${limit} has room for ${remaining}.`;
    return reject({ reason: 'UsageLimitExceeded', message, feature, limit, used, reserved, remaining });
  }
  const expiresAt = instantFromMs(toMs(at) + ttlSeconds * SECOND_MS);
  const reservation = { id, customerId, meterId, feature, quantity, createdAt: at, expiresAt };
  return accept({ type: 'usage.reserved', reservation });
}

function end(
  command: Exclude<ReservationCommand, { type: 'reserve' }>,
  reservation: Reservation,
): Decision<ReservationEvent, Over> {
  const { type, at } = command;
  const { status } = reservation;
  if (type === 'expire') return status === 'held' ? accept({ type: 'reservation.expired', at }) : accept();
  if (type === 'release' && status === 'released') return accept();
  if (!holdsAt(reservation, at)) return reject(overOf(reservation));
  if (type === 'release') return accept({ type: 'reservation.released', at });
  return accept({ type: 'reservation.committed', used: command.used, eventId: command.eventId, at });
}

function overOf({ id, status }: Reservation): Over {
  const shown = status === 'committed' ? 'COMMITTED' : status === 'released' ? 'RELEASED' : 'EXPIRED';
  const message = `The reservation is over: ${shown.toLowerCase()}.`;
  return { reason: 'ReservationOver', message, reservationId: id, status: shown };
}

function ended(
  reservation: Reservation,
  event: Exclude<ReservationEvent, { type: 'usage.reserved' }>,
): Reservation {
  const endedAt = event.at;
  if (event.type === 'reservation.released') return { ...reservation, status: 'released', endedAt };
  if (event.type === 'reservation.expired') return { ...reservation, status: 'expired', endedAt };
  const { used, eventId } = event;
  return { ...reservation, status: 'committed', used, eventId, endedAt };
}
