// A world-wide price list: 2,000 meters, 10,000 prices of a version in five currencies, made and read through the gateway; then
// a month of one customer that uses every meter, as one invoice of 2,000 lines that come to what they should.
import { randomUUID } from 'node:crypto';
import { advance, atOnce, CLIENTS, clientsOf, NOW, openTenant, subscribe } from './billing.mjs';
import { startSystem } from './system.mjs';

/** With the one that every tenant of a benchmark has, as many as a tenant can have. */
const METERS = 1_999;
const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'BRL'];
const PART = 500;
const PAGE = 200;
const REPORT = 1_000;
const AFTER = '2024-04-01T00:00:00Z';

const MUTATIONS = {
  createMeter: ['MeterCreated', 'meter { id }'],
  createPlanDraft: ['PlanDraftCreated', 'draft { id }'],
  updatePlanDraft: ['PlanDraftUpdated', 'draft { priceCount }'],
  publishPlanDraft: ['PlanDraftPublished', 'version { id priceCount }'],
  reportUsage: ['UsageReported', 'accepted'],
};
const PRICES = `query ($id: ID!, $after: ID) { plan(id: $id) { version { prices(first: ${PAGE}, after: $after) { id key } } } }`;
const INVOICES = `query ($id: ID!) { customer(id: $id) { invoices(first: 1, orderBy: CREATED_AT_DESC) { nodes {
  id status subtotal { amount } lines { kind quantity } } } } }`;

export async function bench() {
  const system = await startSystem();
  const client = clientsOf(system);
  try {
    const tenant = await openTenant(system, client);
    const meters = [];
    const meters_per_s = await atOnce(CLIENTS, METERS, () => meter(tenant, meters));
    const draft_s = await secondsOf(() => priced(tenant, meters));
    const read_s = await secondsOf(() => read(tenant));
    await subscribe(tenant);
    await used(tenant);
    const invoice_s = await secondsOf(() => advance(tenant, AFTER));
    return {
      meters_per_s,
      draft_s,
      prices_read_per_s: (METERS * CURRENCIES.length) / read_s,
      invoice_s,
      ...(await billed(tenant)),
    };
  } finally {
    await client.close();
    await system.stop();
  }
}

async function secondsOf(work) {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

/** What a mutation answers with; an error where that is a rejection. */
async function done(tenant, name, input) {
  const [wanted, fields] = MUTATIONS[name];
  const type = `${name[0].toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { __typename ... on ${wanted} { ${fields} } ... on Rejection { message } } }`;
  const answer = (await tenant.ask(query, { input }))[name];
  if (answer.__typename !== wanted) throw new Error(JSON.stringify(answer));
  return answer;
}

async function meter(tenant, meters) {
  const n = meters.push(null) - 1;
  const route = { code: `route_${n}`, name: `Route ${n}`, eventType: `route-${n}` };
  meters[n] = (
    await done(tenant, 'createMeter', { ...route, aggregation: 'SUM', property: 'parts' })
  ).meter.id;
}

/** The list becomes the plan's next version, part by part. */
async function priced(tenant, meters) {
  const price = { perUnit: { unitAmount: '0.05' } };
  const prices = meters.flatMap((meterId, n) =>
    CURRENCIES.map((currency) => ({ key: `route-${n}`, currency, meterId, price })),
  );
  const { draft } = await done(tenant, 'createPlanDraft', { planId: tenant.planId, withoutPrices: true });
  for (let from = 0; from < prices.length; from += PART)
    await done(tenant, 'updatePlanDraft', { draftId: draft.id, prices: prices.slice(from, from + PART) });
  const { version } = await done(tenant, 'publishPlanDraft', { draftId: draft.id });
  if (version.priceCount !== prices.length) throw new Error(JSON.stringify(version));
}

/** All pages of the version's prices. */
async function read(tenant) {
  const seen = new Set();
  for (let after = null; ;) {
    const { prices } = (await tenant.ask(PRICES, { id: tenant.planId, after })).plan.version;
    for (const { id } of prices) seen.add(id);
    if (prices.length < PAGE) break;
    after = prices.at(-1).id;
  }
  if (seen.size !== METERS * CURRENCIES.length) throw new Error(`${seen.size} prices were read`);
}

/** Every meter counts two parts. */
async function used(tenant) {
  const [customerId] = tenant.customers;
  for (let from = 0; from < METERS; from += REPORT) {
    const count = Math.min(REPORT, METERS - from);
    const events = Array.from({ length: count }, (_, index) => ({
      ...{ id: randomUUID(), customerId, timestamp: NOW },
      ...{ type: `route-${from + index}`, properties: { parts: '2' } },
    }));
    const { accepted } = await done(tenant, 'reportUsage', { events });
    if (accepted !== count) throw new Error(`${accepted} events were accepted`);
  }
}

/** The invoice of the month has a line for each meter, and comes to 0.10 for each. */
async function billed(tenant) {
  const [id] = tenant.customers;
  const [invoice] = (await tenant.ask(INVOICES, { id })).customer.invoices.nodes;
  const lines = invoice.lines.filter(({ kind, quantity }) => kind === 'USAGE' && quantity === '2').length;
  if (lines !== METERS || invoice.subtotal.amount !== (METERS / 10).toFixed(2))
    throw new Error(`${lines} lines come to ${invoice.subtotal.amount}`);
  return { lines };
}
