import { afterAll, beforeAll, expect, test } from 'vitest';
import { portal } from '@tollgate/testing/callers';
import { NOW, startCollecting, type Collecting } from './collecting.js';

let world: Collecting;
let customer: string;
let reference: string | null;

beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
  customer = await world.customer({ stripe: 'pm_card_visa' });
  for (let count = 0; count < 2; count += 1)
    ({ reference } = await world.settled(await world.finalise(customer), 'SUCCEEDED'));
  const declined = await world.customer({ stripe: 'pm_card_chargeDeclined' });
  await world.settled(await world.finalise(declined), 'DECLINED');
});
afterAll(() => world.stop());

async function listed(args: string, caller = world.own): Promise<{ status: string; reference: string }[]> {
  const query = `{ payments(${args}) { nodes { status reference } } }`;
  return (await world.ask<{ payments: { nodes: { status: string; reference: string }[] } }>(caller, query))
    .payments.nodes;
}

test('payments are found by state, reference, and when they were started, in either order', async () => {
  expect((await listed('first: 10')).map(({ status }) => status)).toEqual([
    'DECLINED',
    'SUCCEEDED',
    'SUCCEEDED',
  ]);
  expect((await listed('first: 1, orderBy: CREATED_AT_ASC'))[0]?.status).toBe('SUCCEEDED');
  expect((await listed('last: 1'))[0]?.status).toBe('SUCCEEDED');
  expect(await listed('status: DECLINED')).toHaveLength(1);
  expect(await listed(`reference: "${reference}"`)).toMatchObject([{ reference }]);
  expect(await listed(`created: { from: "${NOW}" }`)).toHaveLength(3);
  expect(await listed(`created: { to: "${NOW}" }`)).toEqual([]);
});

test('payments are sorted by amount and counted', async () => {
  const query = `{ payments(orderBy: AMOUNT_ASC, first: 2, currency: "USD") {
    totalCount nodes { status } pageInfo { endCursor } } none: payments(currency: "XAF") { totalCount } }`;
  const { payments, none } = await world.ask<
    Record<'payments' | 'none', { totalCount: number; pageInfo: { endCursor: string } }>
  >(world.own, query);
  expect([payments.totalCount, none.totalCount]).toEqual([3, 0]);
  const { endCursor } = payments.pageInfo;
  expect(await listed(`orderBy: AMOUNT_ASC, after: "${endCursor}"`)).toMatchObject([{ status: 'DECLINED' }]);
});

test('a portal token’s filters stay within its customer', async () => {
  const owner = portal(world.tenant, customer);
  expect(await listed('status: DECLINED', owner)).toEqual([]);
  expect(await listed('first: 10', owner)).toHaveLength(2);
});

test('a cursor of another order is rejected', async () => {
  const query = `{ payments(first: 1) { pageInfo { endCursor } } }`;
  const { payments } = await world.ask<{ payments: { pageInfo: { endCursor: string } } }>(world.own, query);
  const again = `{ payments(after: "${payments.pageInfo.endCursor}", orderBy: CREATED_AT_ASC) { nodes { id } } }`;
  expect(await world.codeOf(world.own, again)).toBe('BAD_USER_INPUT');
});
