import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import { setTestClock } from '@tollgate/testing/stack';
import { reservationTimers } from '../src/reservation/timers.js';
import { type Bench, startBench } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

interface Answer {
  readonly __typename: string;
  readonly [name: string]: unknown;
  readonly reservation?: { readonly id: string; readonly status: string; readonly used: string | null };
}

const DONE = '{ reservation { id status used eventId } }';
const SELECTED = {
  reserveUsage: `... on UsageReserved ${DONE} ... on UsageLimitExceeded { limit used reserved remaining }`,
  commitReservation: `... on ReservationCommitted ${DONE} ... on ReservationOver { status } ... on UsageEventRejected { code }`,
  releaseReservation: `... on ReservationReleased ${DONE} ... on ReservationOver { status }`,
};
const ask = async (name: keyof typeof SELECTED, input: object) => {
  const query = `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) {
    answer: ${name}(input: $input) { __typename ... on InvalidInput { field } ${SELECTED[name]} } }`;
  return (await bench.run<{ answer: Answer }>(query, { input })).answer;
};
const idOf = async (input: object) => (await ask('reserveUsage', input)).reservation?.id ?? '';

/** A customer that may use so many tokens in a period, and calls without end. */
const limitedTo = async (limit: string) => {
  const customerId = await bench.addCustomer();
  const [tokens, calls] = [world.tokens, world.calls] as `mtr_${string}`[];
  await world.subscribe(customerId, [
    { kind: 'limit', feature: 'tokens', meterId: tokens ?? 'mtr_', limit },
    { kind: 'limit', feature: 'calls', meterId: calls ?? 'mtr_', limit: null },
    { kind: 'boolean', feature: 'sso', enabled: true },
    { kind: 'boolean', feature: 'beta', enabled: false },
  ]);
  await bench.quiet();
  return customerId;
};
const entitled = async (id: string, feature = 'tokens') => {
  const query = `query ($id: ID!, $feature: String!) {
    entitlement(customerId: $id, feature: $feature) { allowed used reserved limit remaining } }`;
  return (await bench.run<{ entitlement: object }>(query, { id, feature })).entitlement;
};

/** Every reservation's timer fires, also of those that ended before. */
const fireTimers = async () => {
  const due = await bench.platform.db.shard('main', (tx) =>
    tx.query<DueTimer & Row>(
      `SELECT key, due_at AS "dueAt", payload FROM {s}.timer WHERE owner = 'usage' AND due_at <= '2024-05-20T12:01:00Z'`,
    ),
  );
  await bench.platform.db.tenant(bench.tenant.scope, async (tx) => {
    await reservationTimers['reservation_expiry']?.(tx, due);
  });
};

test('a hundred callers at once never get more than the limit, and asking first without holding does', async () => {
  const customerId = await limitedTo('25');
  const wanted = { customerId, feature: 'tokens', quantity: '1' };
  const asked = Array.from({ length: 100 }, () => ask('reserveUsage', wanted));
  const names = (await Promise.all(asked)).map(({ __typename: name }) => name);
  expect(names.filter((name) => name === 'UsageReserved')).toHaveLength(25);
  expect(names.filter((name) => name === 'UsageLimitExceeded')).toHaveLength(75);
  expect(await entitled(customerId)).toEqual({
    ...{ allowed: false, used: '0', reserved: '25', limit: '25', remaining: '0' },
  });
  // What the hundred would have done with a look alone: all of them see room, and all of them use it.
  const other = await limitedTo('25');
  const looks = await Promise.all(Array.from({ length: 100 }, () => entitled(other)));
  expect(looks.filter((look) => 'allowed' in look && look.allowed === true)).toHaveLength(100);
});

test('what was held becomes an event with what was really used, once, and the rest is free', async () => {
  const customerId = await limitedTo('10');
  const reservationId = await idOf({ customerId, feature: 'tokens', quantity: '8', idempotencyKey: 'r1' });
  expect(await idOf({ customerId, feature: 'tokens', quantity: '8', idempotencyKey: 'r1' })).toBe(
    reservationId,
  );
  expect(await ask('reserveUsage', { customerId, meterId: world.tokens, quantity: '3' })).toMatchObject({
    ...{ __typename: 'UsageLimitExceeded', limit: '10', used: '0', reserved: '8', remaining: '2' },
  });
  const used = { reservationId, quantity: '5.5', properties: { tokens: 'ignored', model: 'large' } };
  const twice = await Promise.all([1, 2].map(() => ask('commitReservation', used)));
  expect(twice.map(({ __typename: name }) => name).sort()).toEqual([
    'ReservationCommitted',
    'ReservationOver',
  ]);
  expect(await entitled(customerId)).toMatchObject({ used: '5.5', reserved: '0', remaining: '4.5' });
  expect(await world.liveOf(customerId)).toEqual({ calls: '1/1', tokens: '5.5/1' });
  const query = 'query ($id: ID!) { usageEvent(id: $id) { properties customer { id } } }';
  expect(await bench.run(query, { id: reservationId })).toEqual({
    usageEvent: { properties: { tokens: '5.5', model: 'large' }, customer: { id: customerId } },
  });
  // More than was held happened all the same.
  const more = await idOf({ customerId, feature: 'tokens', quantity: '1' });
  await ask('commitReservation', { reservationId: more, quantity: '100' });
  expect(await entitled(customerId)).toMatchObject({ allowed: false, used: '105.5', remaining: '0' });
});

test('a count becomes as many events; an event that cannot be stored leaves the reservation as it is', async () => {
  const customerId = await limitedTo('1000');
  const reservationId = await idOf({ customerId, feature: 'calls', quantity: '3' });
  const tokens = { tokens: '1' };
  const commit = (input: object) => ask('commitReservation', { reservationId, ...input });
  expect(await commit({ timestamp: '2024-01-01T00:00:00Z', properties: tokens })).toMatchObject({
    ...{ __typename: 'UsageEventRejected', code: 'OUTSIDE_WINDOW' },
  });
  expect(await commit({ eventId: 'mine' })).toMatchObject({ field: 'input.eventId' });
  expect(await commit({ properties: tokens })).toMatchObject({
    reservation: { status: 'COMMITTED', used: '3', eventId: reservationId },
  });
  expect(await world.liveOf(customerId)).toEqual({ calls: '3/3', tokens: '3/3' });
  const next = await idOf({ customerId, feature: 'tokens', quantity: '7' });
  await bench.report([world.event(customerId, { id: 'taken' })]);
  expect(await ask('commitReservation', { reservationId: next, eventId: 'taken' })).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
  expect(await ask('releaseReservation', { reservationId: next })).toMatchObject({
    reservation: { status: 'RELEASED' },
  });
});

test('what is not used is free again: given back, or by itself when its time is over', async () => {
  const customerId = await limitedTo('10');
  const wanted = { customerId, feature: 'tokens', quantity: '10' };
  const reservationId = await idOf(wanted);
  for (let i = 0; i < 2; i += 1)
    expect((await ask('releaseReservation', { reservationId })).__typename).toBe('ReservationReleased');
  const short = await idOf({ ...wanted, ttlSeconds: 60 });
  expect(await entitled(customerId)).toMatchObject({ reserved: '10', remaining: '0' });
  await setTestClock(bench.platform, bench.tenant.id, '2024-05-20T12:01:00.000Z');
  // Free at that very instant, whenever the timer fires.
  expect(await entitled(customerId)).toMatchObject({ reserved: '0', remaining: '10' });
  await fireTimers();
  expect(await ask('commitReservation', { reservationId: short })).toMatchObject({ status: 'EXPIRED' });
  const list = `query ($id: ID!) { usageReservations(customerId: $id, status: EXPIRED) { nodes { id endedAt } } }`;
  expect(await bench.run(list, { id: customerId })).toEqual({
    usageReservations: { nodes: [{ id: short, endedAt: '2024-05-20T12:01:00.000Z' }] },
  });
});

test('what makes no sense is rejected by its field, and who may not use it is told so', async () => {
  const customerId = await limitedTo('10');
  const wanted = { customerId, feature: 'tokens', quantity: '1' };
  for (const [changes, answer] of [
    [{ quantity: '0' }, { field: 'input.quantity' }],
    [{ ttlSeconds: 0 }, { field: 'input.ttlSeconds' }],
    [{ meterId: world.tokens }, { field: 'input.feature' }],
    [{ feature: 'calls', quantity: '1.5' }, { field: 'input.quantity' }],
    [{ feature: 'sso' }, { field: 'input.feature' }],
    [{ feature: 'beta' }, { __typename: 'UsageNotAllowed' }],
    [{ feature: 'none' }, { __typename: 'UsageNotAllowed' }],
    [{ feature: null, meterId: newId('mtr') }, { __typename: 'UnknownMeter' }],
    [{ customerId: newId('cus') }, { __typename: 'UnknownCustomer' }],
  ] as const)
    expect(await ask('reserveUsage', { ...wanted, ...changes })).toMatchObject(answer);
  expect((await ask('commitReservation', { reservationId: newId('rsv') })).__typename).toBe(
    'UnknownReservation',
  );
  expect(await entitled(customerId)).toMatchObject({ reserved: '0' });
});
