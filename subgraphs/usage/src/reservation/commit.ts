import { assert } from '@tollgate/kernel/assert';
import { given, InputReader } from '@tollgate/kernel/input';
import { ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Outcome } from '../event/domain/batch.js';
import type { ReportedEvent } from '../event/domain/report.js';
import { Misjudged, type Ingest } from '../event/handlers.js';
import type { CommitReservationInput } from '../generated/graphql.js';
import type { Meter } from '../meter/domain/meter.js';
import { findMeters, holdCounting } from '../meter/store.js';
import { reservations } from './aggregate.js';
import { quantityFault, type Reservation } from './domain/reservation.js';
import { lockedReservation, unknownReservation } from './handlers.js';

/** How often a cap that stops usage just now is met. */
const ROUNDS_MAX = 4;

/** What was held was used: it becomes an event, and both are there or none. */
export async function commitReservation(caller: Caller, ingest: Ingest, input: CommitReservationInput) {
  for (let round = 1; ; round += 1) {
    try {
      return await commitOnce(caller, ingest, input);
    } catch (error) {
      if (!(error instanceof Misjudged) || round === ROUNDS_MAX) throw error;
    }
  }
}

async function commitOnce(caller: Caller, ingest: Ingest, input: CommitReservationInput) {
  const { reservationId } = input;
  const asked = { name: 'commitReservation', input, access: 'backend', subject: reservationId } as const;
  return command(caller, asked, async (tx) => {
    // In the order in which reports take them.
    holdCounting(tx);
    const found = await lockedReservation(tx, reservationId);
    if (found === null) return unknownReservation(reservationId);
    const { loaded, reservation, at } = found;
    const [meter] = await findMeters(tx, [reservation.meterId]);
    assert(meter !== undefined, 'a meter never goes away');
    const { used, eventId, rejection } = readUsed(input, reservation, meter);
    if (rejection !== null) return rejection;
    const decided = reservations.decide(loaded, { type: 'commit', used, eventId, at }, at);
    if (!decided.ok) {
      assert(decided.rejection.reason === 'ReservationOver', 'what was used is counted');
      return decided.rejection;
    }
    const events = eventsOf(input, reservation, { meter, used, timestamp: input.timestamp ?? at });
    const refused = await store(tx, ingest, events);
    if (refused !== null) return refused;
    await reservations.record(tx, [decided.change]);
    return { __typename: 'ReservationCommitted' as const, reservationId };
  });
}

/** Why the event cannot be stored; null where it is. A count of several is stored whole or not at all: its ids are its own. */
async function store(tx: TenantTx, ingest: Ingest, events: readonly ReportedEvent[]) {
  const outcomes = await ingest.storeWithin(tx, events);
  const refused = outcomes.find(isRefused);
  if (refused === undefined) return null;
  const { code, message } = refused;
  return { reason: 'UsageEventRejected' as const, code, message };
}

function isRefused(outcome: Outcome): outcome is Extract<Outcome, { readonly code: string }> {
  return typeof outcome !== 'string' && 'code' in outcome;
}

function readUsed(input: CommitReservationInput, reservation: Reservation, { metric }: Meter) {
  const fields = new InputReader();
  const used = given(input.quantity, reservation.quantity, (value) => fields.units('input.quantity', value));
  if (used === ZERO_DECIMAL) fields.reject('input.quantity', 'Give more than 0, or release it.');
  const isSeveral = metric.type === 'count' && used !== ONE;
  if (isSeveral && (input.eventId ?? null) !== null)
    fields.reject('input.eventId', 'Leave this out: a count of several is several events.');
  const rejection = fields.rejection ?? quantityFault(metric, used);
  return { used, eventId: input.eventId ?? reservation.id, rejection };
}

const ONE = '1';

interface Used {
  readonly meter: Meter;
  readonly used: Decimal;
  readonly timestamp: string;
}

/** The events that count what was used: one, or one for each where events are counted. */
function eventsOf(
  { eventId, properties }: CommitReservationInput,
  { id, customerId }: Reservation,
  { meter: { eventType: type, metric }, used, timestamp }: Used,
): ReportedEvent[] {
  const event = { id: eventId ?? id, customerId, type, timestamp };
  const { property } = metric;
  if (metric.type !== 'count' && property !== undefined)
    return [{ ...event, properties: { ...properties, [property]: used } }];
  const others = Array.from({ length: Number(used) - 1 }, (_, i) => ({ ...event, id: `${id}.${i + 2}` }));
  return [event, ...others].map((one) => ({ ...one, properties: { ...properties } }));
}
