import { hold, type Attack } from '../attack.js';
import { givenCustomer, givenMeter } from '../given.js';
import type { Stage, Target } from '../stage.js';

const AT_ONCE = 200;
const READS = 5;
const ASKED = 15;
const SLOWEST_MAX_MS = 5_000;

/** One tenant asks for a year by day, over and over from many connections; another asks for its own name meanwhile. */
export const greedyTenant: Attack = {
  name: 'greedy-tenant',
  holds: 'one tenant that asks for all it can keeps no other from its answer',
  async play(stage) {
    const [greedy, modest] = [await stage.tenant(), await stage.tenant()];
    const customerId = await givenCustomer(greedy, { name: 'Greedy' });
    await givenMeter(greedy, 'greedy.call');
    const flood = Promise.all(Array.from({ length: AT_ONCE }, () => year(stage, greedy, customerId)));
    const slowestMs = await slowest(stage, modest);
    const statuses = new Set((await flood).map(({ status }) => status));
    hold(slowestMs < SLOWEST_MAX_MS, `another tenant waited ${Math.round(slowestMs)} ms for its name`);
    hold(
      ![...statuses].some((status) => status === 500),
      `the greedy one was answered ${[...statuses].join(', ')}`,
    );
  },
};

function year(stage: Stage, { apiKey }: Target, customerId: string) {
  const fields = Array.from(
    { length: READS },
    (_, index) =>
      `y${index}: usage(customerId: $id, from: "2024-01-01T00:00:00Z", to: "2024-12-31T00:00:00Z") { quantity }`,
  );
  return stage.post({
    token: apiKey,
    body: { query: `query($id: ID!) { ${fields.join(' ')} }`, variables: { id: customerId } },
  });
}

async function slowest(stage: Stage, { apiKey }: Target): Promise<number> {
  let slowestMs = 0;
  for (let count = 0; count < ASKED; count += 1) {
    const startedAt = performance.now();
    const answer = await stage.post({ token: apiKey, body: { query: '{ tenant { name } }' } });
    hold(answer.status === 200, `another tenant was answered ${answer.status}`);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  return slowestMs;
}
