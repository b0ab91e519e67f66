import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import {
  holdsAt,
  isReservable,
  quantityFault,
  readWanted,
  reservationDecider,
  type ReservationState,
} from './reservation.js';

const at = instant('2024-05-20T12:00:00Z');
const later = instant('2024-05-20T12:01:00Z');
const room = (remaining: string) => ({
  ...{ feature: 'tokens', limit: decimal('10'), used: decimal('3'), reserved: decimal('1') },
  remaining: decimal(remaining),
});

const reserve = (quantity: string, remaining = '6') =>
  reservationDecider.decide(
    {
      ...{ type: 'reserve', id: 'rsv_1', customerId: 'cus_1', meterId: 'mtr_1', at },
      wanted: { quantity: decimal(quantity), ttlSeconds: 60 },
      room: room(remaining),
    },
    reservationDecider.initial,
  );
const held = (): ReservationState => {
  const reserved = reserve('6');
  if (!reserved.ok) throw new Error('it fits');
  return foldEvents(reservationDecider, reserved.events);
};

test('what is held fits what is left of the limit, to the last unit', () => {
  expect(reserve('6').ok).toBe(true);
  expect(reserve('6.000000000001')).toMatchObject({
    ok: false,
    rejection: { reason: 'UsageLimitExceeded', limit: '10', used: '3', reserved: '1', remaining: '6' },
  });
  expect(reserve('1', '0').ok).toBe(false);
});

test('a reservation ends once: used, given back, or over at its time', () => {
  const { reservation } = held();
  if (reservation === null) throw new Error('it exists');
  expect(holdsAt(reservation, at)).toBe(true);
  expect(holdsAt(reservation, later)).toBe(false);
  const commit = { type: 'commit', used: decimal('2'), eventId: 'e1' } as const;
  expect(reservationDecider.decide({ ...commit, at: later }, held())).toMatchObject({
    ok: false,
    rejection: { reason: 'ReservationOver', status: 'EXPIRED' },
  });
  const committed = reservationDecider.decide({ ...commit, at }, held());
  if (!committed.ok) throw new Error('it holds');
  const over = foldEvents(reservationDecider, committed.events, held());
  expect(over.reservation).toMatchObject({ status: 'committed', used: '2', eventId: 'e1', endedAt: at });
  expect(reservationDecider.decide({ type: 'expire', at: later }, over)).toEqual({ ok: true, events: [] });
  expect(reservationDecider.decide({ type: 'release', at }, over)).toMatchObject({
    rejection: { status: 'COMMITTED' },
  });
  const released = reservationDecider.decide({ type: 'release', at }, held());
  if (!released.ok) throw new Error('it holds');
  const free = foldEvents(reservationDecider, released.events, held());
  expect(reservationDecider.decide({ type: 'release', at: later }, free)).toEqual({ ok: true, events: [] });
});

test.each([
  [{ quantity: '0' }, 'input.quantity'],
  [{ quantity: '-1' }, 'input.quantity'],
  [{ quantity: '1000000000000001' }, 'input.quantity'],
  [{ ttlSeconds: 0 }, 'input.ttlSeconds'],
  [{ ttlSeconds: 604_801 }, 'input.ttlSeconds'],
  [{ meterId: 'mtr_1' }, 'input.feature'],
  [{ feature: null }, 'input.feature'],
])('%j is rejected by its field', (changes, field) => {
  const read = readWanted({ quantity: '1', ttlSeconds: 60, feature: 'tokens', meterId: null, ...changes });
  expect(read.rejection?.field).toBe(field);
});

test('only what adds up is held, and a count in whole events', () => {
  expect(isReservable({ type: 'sum', property: 'n', window: 'day', windowCombine: 'sum' })).toBe(true);
  for (const metric of [
    { type: 'max', property: 'n' },
    { type: 'sum', property: 'n', window: 'day', windowCombine: 'max' },
    { type: 'count', subscriptionProperty: 'sub' },
  ] as const)
    expect(isReservable(metric)).toBe(false);
  expect(quantityFault({ type: 'count' }, decimal('1.5'))?.field).toBe('input.quantity');
  expect(quantityFault({ type: 'count' }, decimal('1001'))?.field).toBe('input.quantity');
  expect(quantityFault({ type: 'count' }, decimal('1000'))).toBeNull();
  expect(quantityFault({ type: 'sum', property: 'n' }, decimal('1.5'))).toBeNull();
});
