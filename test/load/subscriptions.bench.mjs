// Plan changes inside a period, each previewed before: what is unused is given back, the rest is charged, and its usage is
// billed. Against a plain read of the same subscriptions, in the same run, through the same gateway. `per_s` counts previews
// and changes alike, and a change is counted when it is answered; what it causes goes on meanwhile.
import { advance, atOnce, CLIENTS, clientsOf, customersWithUsage } from './billing.mjs';
import { median, startSystem } from './system.mjs';

const SUBSCRIPTIONS = 200;
const ROUNDS = 5;
const CHANGES = 200;
const READS = 2_000;
const INSIDE = '2024-03-11T10:00:00Z';

const PLANS =
  'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { ... on PlanCreated { plan { id } } } }';
const LIST = `query ($after: String) { subscriptions(first: 200, after: $after) {
  nodes { id plan { id } } pageInfo { hasNextPage endCursor } } }`;
const READ = `query ($id: ID!) { subscription(id: $id) {
  id status quantity currency currentPeriod { from to } plan { id name } } }`;
const PREVIEW = `query ($input: PreviewSubscriptionInput!) { previewSubscription(input: $input) { __typename
  ... on SubscriptionPreview { invoice { total { minor } amountDue { minor } lines { kind amount { minor } } } } } }`;
const CHANGE = `mutation ($input: ChangeSubscriptionInput!) { changeSubscription(input: $input) { __typename
  ... on SubscriptionChanged { subscription { id } } } }`;

export async function bench() {
  const system = await startSystem();
  const client = clientsOf(system);
  try {
    const tenant = await customersWithUsage(system, client, { customers: SUBSCRIPTIONS, events: 5 });
    const planIds = [tenant.planId, await otherPlan(tenant)];
    await advance(tenant, INSIDE);
    const ids = (await tenant.ask(LIST, { after: null })).subscriptions.nodes.map(({ id }) => id);
    const story = { tenant, planIds, ids, turn: 0, ms: [] };
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const figures = await measured(story);
      await advance(tenant, new Date(Date.parse(INSIDE) + (round + 1) * 3_600_000).toISOString());
      // The first one warms up.
      if (round === 0) story.ms = [];
      else rounds.push(figures);
    }
    const of = (key) => median(rounds.map((figures) => figures[key]));
    story.ms.sort((a, b) => a - b);
    return {
      per_s: of('perSecond'),
      p99_ms: story.ms[Math.floor(story.ms.length * 0.99)],
      ratio: median(rounds.map(({ perSecond, reads }) => perSecond / reads)),
      previews_per_s: of('previews'),
      changes_per_s: of('changes'),
      read_per_s: of('reads'),
    };
  } finally {
    await client.close();
    await system.stop();
  }
}

async function measured(story) {
  const { tenant, ids } = story;
  let read = 0;
  const reads = await atOnce(CLIENTS, READS, () => tenant.ask(READ, { id: ids[read++ % ids.length] }));
  let asked = 0;
  const planId = story.planIds[(story.turn += 1) % 2];
  const inputOf = (place) => ({ subscriptionId: ids[place % ids.length], planId });
  const previews = await atOnce(CLIENTS, CHANGES, () =>
    timed(story, async () => {
      const { previewSubscription: answer } = await tenant.ask(PREVIEW, {
        input: { change: inputOf(asked++) },
      });
      if (!answer.invoice) throw new Error(JSON.stringify(answer));
    }),
  );
  let changed = 0;
  const changes = await atOnce(CLIENTS, CHANGES, () =>
    timed(story, async () => {
      const { changeSubscription: answer } = await tenant.ask(CHANGE, { input: inputOf(changed++) });
      if (answer.__typename !== 'SubscriptionChanged') throw new Error(JSON.stringify(answer));
    }),
  );
  const perSecond = 2 / (1 / previews + 1 / changes);
  console.log(
    [
      `${Math.round(previews)} previews/s`,
      `${Math.round(changes)} changes/s`,
      `${Math.round(reads)} reads/s`,
    ].join(', '),
  );
  return { previews, changes, reads, perSecond };
}

async function timed(story, work) {
  const startedAt = performance.now();
  await work();
  story.ms.push(performance.now() - startedAt);
}

/** Another plan that is billed by the same meter. */
async function otherPlan(tenant) {
  const { meters } = await tenant.ask('{ meters { id } }', {});
  const tokens = { key: 'tokens', meterId: meters[0].id, price: { perUnit: { unitAmount: '0.015' } } };
  const prices = [{ key: 'fee', price: { flat: { flatAmount: '25.00' } } }, tokens];
  const input = { name: 'Other', code: 'other', interval: 'MONTH', prices };
  return (await tenant.ask(PLANS, { input })).createPlan.plan.id;
}
