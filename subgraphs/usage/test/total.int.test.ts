import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Bench, MAY, startBench } from './harness.js';
import { startWorld, USAGE, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

test('usage is cut into the hours and days of the customer, gaps included', async () => {
  const customer = await bench.addCustomer('Asia/Kolkata');
  await bench.report([
    world.event(customer, { timestamp: '2024-05-03T18:29:59.999999Z', properties: { tokens: '0.1' } }),
    world.event(customer, { timestamp: '2024-05-03T18:30:00Z', properties: { tokens: 0.2 } }),
    world.event(customer, { timestamp: '2024-05-05T18:29:59Z', properties: { tokens: '1.70' } }),
  ]);
  const window = { from: '2024-05-02T18:30:00Z', to: '2024-05-05T18:30:00Z' };
  const days = (await world.usageOf(customer, { ...window, cut: 'DAY' })).find(
    (one) => one.meter.code === 'tokens',
  );
  expect(days).toMatchObject({ quantity: '2', events: '3' });
  expect(days?.buckets.map((bucket) => bucket.quantity)).toEqual(['0.1', '0.2', '1.7']);
  const hours = (await world.usageOf(customer, { ...window, cut: 'HOUR' })).find(
    (one) => one.meter.code === 'tokens',
  );
  expect(hours?.buckets).toHaveLength(72);
  expect(hours?.buckets.filter((bucket) => bucket.events !== '0')).toHaveLength(3);
  expect(await bench.codeOf(USAGE, { id: customer, from: '2022-01-01T00:00:00Z', to: MAY.to })).toBe(
    'BAD_USER_INPUT',
  );
});

test('however often a request asks for usage, it holds one connection and answers each question for itself', async () => {
  const customer = await bench.addCustomer();
  await bench.report([world.event(customer), world.event(customer, { timestamp: '2024-05-04T00:00:00Z' })]);
  const fields = '{ meter { code } events }';
  const asked = Array.from({ length: 30 }, (_, i) => {
    const to = `2024-05-${String((i % 15) + 2).padStart(2, '0')}T00:00:00Z`;
    return `a${i}: usage(customerId: "${customer}", from: "2024-05-01T00:00:00Z", to: "${to}", granularity: DAY) ${fields}`;
  });
  const wrong = `usage(customerId: "${customer}", from: "2022-05-01T00:00:00Z", to: "2024-05-01T00:00:00Z") ${fields}`;
  const transactions = vi.spyOn(bench.platform.db, 'tenant');
  const answer = await bench.run<Record<string, { meter: { code: string }; events: string }[]>>(
    `{ ${asked.join(' ')} }`,
  );
  expect(transactions).toHaveBeenCalledTimes(1);
  const calls = Object.values(answer).map((all) => all.find((one) => one.meter.code === 'calls')?.events);
  expect(calls.slice(0, 15)).toEqual(['0', '0', '1', '2', ...Array<string>(11).fill('2')]);
  expect(calls.slice(15)).toEqual(calls.slice(0, 15));
  expect(await bench.codeOf(`{ ${asked[0]} wrong: ${wrong} }`)).toBe('BAD_USER_INPUT');
});

test('figures count as often as they are shown, whatever they are called', async () => {
  const customer = await bench.addCustomer();
  await bench.report([world.event(customer)]);
  const year = `customerId: "${customer}", from: "2024-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z", granularity: DAY`;
  const asked = (times: number, text: string): string =>
    Array.from({ length: times }, (_, i) => `a${i}: ${text}`).join(' ');
  const { usage } = await bench.run<{ usage: { buckets: object[] }[] }>(
    `{ usage(${year}) { buckets { events } } }`,
  );
  const most = Math.floor(50_000 / (usage.length * 366));
  for (const [times, code] of [
    [most, undefined],
    [most + 1, 'BAD_USER_INPUT'],
  ] as const) {
    expect(await bench.codeOf(`{ ${asked(times, `usage(${year}) { buckets { events } }`)} }`)).toBe(code);
    expect(await bench.codeOf(`{ usage(${year}) { ${asked(times, 'buckets { events }')} } }`)).toBe(code);
  }
});
