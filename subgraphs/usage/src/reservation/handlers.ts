import { assert } from '@tollgate/kernel/assert';
import type { Rejection } from '@tollgate/kernel/decision';
import type { InvalidInput } from '@tollgate/kernel/input';
import { ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import { customerToKnow, findTimeZone } from '../copies/customer.js';
import type { EntitlementCheck } from '../entitlement/domain/entitlement.js';
import { entitlementIn } from '../entitlement/handlers.js';
import type {
  QueryUsageReservationsArgs,
  ReleaseReservationInput,
  ReserveUsageInput,
} from '../generated/graphql.js';
import type { Meter } from '../meter/domain/meter.js';
import { findMeters } from '../meter/store.js';
import { reservations } from './aggregate.js';
import {
  isReservable,
  quantityFault,
  readWanted,
  type Reservation,
  type ReservationState,
  type Room,
} from './domain/reservation.js';
import { heldOf, RESERVATION_LIST, readReservation, reservationPage } from './store.js';
import { reservationView } from './view.js';

/** Holds units for a customer, if its limit has room for them. */
export async function reserveUsage(caller: Caller, input: ReserveUsageInput) {
  const { customerId, feature = null, meterId = null, quantity, ttlSeconds } = input;
  const waitFor = [customerToKnow(customerId)];
  return command(caller, { name: 'reserveUsage', input, access: 'backend', waitFor }, async (tx) => {
    const { wanted, rejection } = readWanted({ quantity, ttlSeconds, feature, meterId });
    if (rejection !== null) return rejection;
    lockReservations(tx, customerId);
    const [zone, at] = await Promise.all([findTimeZone(tx, customerId), tx.now()]);
    if (zone === null)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const found = await roomFor(tx, { customerId, feature, meterId, at });
    if (!found.ok) return found.rejection;
    const { meter, room } = found;
    const fault = quantityFault(meter.metric, wanted.quantity);
    if (fault !== null) return fault;
    const id = newId('rsv');
    const asked = { type: 'reserve', id, customerId, meterId: meter.id, wanted, room, at } as const;
    const decided = reservations.decide(reservations.fresh(id), asked, at);
    if (!decided.ok) {
      assert(decided.rejection.reason === 'UsageLimitExceeded', 'what is new is not over');
      return decided.rejection;
    }
    await reservations.record(tx, [decided.change]);
    return { __typename: 'UsageReserved' as const, reservationId: id };
  });
}

/** What was held is free. */
export async function releaseReservation(caller: Caller, input: ReleaseReservationInput) {
  const { reservationId } = input;
  const asked = { name: 'releaseReservation', input, access: 'backend', subject: reservationId } as const;
  return command(caller, asked, async (tx) => {
    const found = await lockedReservation(tx, reservationId);
    if (found === null) return unknownReservation(reservationId);
    const { at } = found;
    const decided = reservations.decide(found.loaded, { type: 'release', at }, at);
    if (!decided.ok) {
      assert(decided.rejection.reason === 'ReservationOver', 'what is given back exceeds nothing');
      return decided.rejection;
    }
    await reservations.record(tx, [decided.change]);
    return { __typename: 'ReservationReleased' as const, reservationId };
  });
}

/** A reservation with the lock of its customer in hand. */
export interface LockedReservation {
  readonly loaded: Loaded<ReservationState>;
  readonly reservation: Reservation;
  readonly at: Instant;
}

/** A reservation to end; null where there is none. */
export async function lockedReservation(tx: TenantTx, id: string): Promise<LockedReservation | null> {
  const known = await readReservation(tx, id);
  if (known === null) return null;
  lockReservations(tx, known.customerId);
  const [loaded, at] = await Promise.all([reservations.loadOne(tx, id), tx.now()]);
  const { reservation } = loaded.state;
  return reservation === null ? null : { loaded, reservation, at };
}

/** There is no such reservation. */
export function unknownReservation(reservationId: string) {
  return { reason: 'UnknownReservation' as const, message: 'There is no such reservation.', reservationId };
}

/** A reservation by its id, as who asks sees it. */
export async function reservationById({ db, context }: Caller, id: string): Promise<Reservation | null> {
  return readReservation(db.reader(readScope(context)), id);
}

/** A page of reservations. Not for portal tokens. */
export async function pageOfReservations({ db, context }: Caller, args: QueryUsageReservationsArgs) {
  const page = pageOf(RESERVATION_LIST, args);
  const found = await reservationPage(db.reader(backOfficeScope(context)), page, args);
  return connectionOf(found.map(reservationView), page);
}

interface Asked {
  readonly customerId: string;
  readonly feature: string | null;
  readonly meterId: string | null;
  readonly at: Instant;
}

type RoomRejection = UnknownMeter | NotAllowed | InvalidInput;
type UnknownMeter = Rejection & { readonly reason: 'UnknownMeter'; readonly meterId: string };
type NotAllowed = Rejection & { readonly reason: 'UsageNotAllowed' };

type Found =
  | { readonly ok: true; readonly meter: Meter; readonly room: Room }
  | { readonly ok: false; readonly rejection: RoomRejection };

/** The limit that is asked about, and its meter; or why nothing can be held. */
async function roomFor(tx: TenantTx, { customerId, feature, meterId, at }: Asked): Promise<Found> {
  const field = feature === null ? 'input.meterId' : 'input.feature';
  const wanted = feature === null ? { meterId: meterId ?? '' } : { feature };
  const check = await entitlementIn(tx, { customerId, wanted, now: at, heldOf });
  const [meter] = await findMeters(tx, [meterId ?? check?.meterId ?? '']);
  if (meterId !== null && meter === undefined)
    return reject({ reason: 'UnknownMeter', message: 'There is no such meter.', meterId });
  if (check === null || (check.meterId === null && !check.allowed))
    return reject({ reason: 'UsageNotAllowed', message: 'The customer may not use this now.' });
  if (check.meterId === null || meter === undefined)
    return reject(invalid(field, 'The feature is only on or off: nothing of it can be held.'));
  if (!isReservable(meter.metric))
    return reject(invalid(field, 'Only units of COUNT and SUM that add up over windows can be held.'));
  return { ok: true, meter, room: roomOf(check) };
}

function reject(rejection: RoomRejection): Found {
  return { ok: false, rejection };
}

function roomOf({ feature, limit, used, reserved, remaining }: EntitlementCheck): Room {
  return { feature, limit, used: used ?? ZERO_DECIMAL, reserved: reserved ?? ZERO_DECIMAL, remaining };
}

function invalid(field: string, message: string): InvalidInput {
  return { reason: 'InvalidInput', field, message };
}

/** Reservations of one customer are made and ended one after the other. */
function lockReservations(tx: TenantTx, customerId: string): void {
  lock(tx, 'usage-reservation', `${tx.scope.tenantId}/${customerId}`);
}
