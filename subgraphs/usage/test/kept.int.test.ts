import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionPeriodEnded } from '@tollgate/contracts/plans/subscription';
import { portal } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { type Bench, MAY, startBench, termsOf } from './harness.js';
import { shown, startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

const REPORT = `mutation ($events: [UsageEventInput!]!, $unknown: UnknownTypes) {
  reportUsage(input: { events: $events, unknownTypes: $unknown }) {
    ... on UsageReported { accepted kept duplicate rejected outcomes { status rejection { code } } } } }`;
interface Answer {
  readonly reportUsage: {
    readonly outcomes: readonly { status: string; rejection: { code: string } | null }[];
  };
}
const keeping = async (events: readonly object[]) =>
  (await bench.run<Answer>(REPORT, { events, unknown: 'KEEP' })).reportUsage;
const KEPT = '{ keptEvents { type events firstAt lastAt } }';

test('events of an unknown type are kept, shown, and counted once their meter comes', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  const clip = (changes: object) => world.event(customer, { type: 'clip.made', ...changes });
  const [first, second, unfit] = [
    clip({ properties: { seconds: 30 } }),
    clip({ properties: { seconds: '0.5' }, timestamp: '2024-05-04T00:00:00.000001Z' }),
    clip({ properties: { seconds: 'long' } }),
  ];
  const reported = await keeping([first, second, unfit, world.event(customer), clip({ type: 'a\u0000b' })]);
  expect(reported).toMatchObject({ accepted: 1, kept: 3, duplicate: 0, rejected: 1 });
  expect(reported.outcomes.map(({ status }) => status)).toEqual([
    'KEPT',
    'KEPT',
    'KEPT',
    'ACCEPTED',
    'REJECTED',
  ]);
  expect(await keeping([first, { ...second, properties: {} }])).toMatchObject({ duplicate: 1, rejected: 1 });
  expect(await bench.run(KEPT)).toEqual({
    keptEvents: [
      {
        type: 'clip.made',
        events: '3',
        firstAt: '2024-05-03T09:59:59.123Z',
        lastAt: '2024-05-04T00:00:00.000Z',
      },
    ],
  });
  await bench.addMeter('clip_seconds', 'clip.made', 'seconds');
  expect(shown(await world.usageOf(customer))).toMatchObject({ clip_seconds: '30.5/2', calls: '1/1' });
  await waitFor('the live total', async () => (await world.liveOf(customer))['clip_seconds'] === '30.5/2');
  expect(await bench.run(KEPT)).toMatchObject({ keptEvents: [{ events: '1' }] });
  expect(await keeping([first, clip({ properties: { seconds: 1 } })])).toMatchObject({
    duplicate: 1,
    accepted: 1,
  });
  expect(shown(await world.usageOf(customer))).toMatchObject({ clip_seconds: '31.5/3' });
  await bench.addMeter('clips', 'clip.made', null);
  expect(shown(await world.usageOf(customer))).toMatchObject({ clips: '0/0', clip_seconds: '31.5/3' });
});

test('a meter that comes after the close of a period counts into totals that are billed later', async () => {
  const customer = await bench.addCustomer();
  await keeping([world.event(customer, { type: 'page.read' })]);
  const meter = await bench.addMeter('pages', 'page.read', null);
  const terms = termsOf(customer, [meter]);
  await bench.feed(subscriptionPeriodEnded, 'close:kept', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await waitFor('the total', async () => (await world.totalled(terms.subscriptionId)).length === 1);
  const [{ meters }] = await world.totalled(terms.subscriptionId);
  expect(meters).toEqual([{ meterId: meter, quantity: '1', events: 1 }]);
});

test('without being asked nothing is kept, and a portal token sees nothing of it', async () => {
  const customer = await bench.addCustomer();
  const event = world.event(customer, { type: 'nobody.listens' });
  expect(await bench.report([event])).toMatchObject({ outcomes: [{ rejection: { code: 'UNKNOWN_METER' } }] });
  expect(await bench.codeOf(KEPT, {}, portal(bench.tenant, customer))).toBe('FORBIDDEN');
});
