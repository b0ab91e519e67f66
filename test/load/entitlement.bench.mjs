// Checks of entitlements per second through the gateway, of customers whose limit is counted, and how long one takes.
import { Pool } from 'undici';
import { CUSTOMERS } from './event-rows.mjs';
import { createTenant, median, startSystem } from './system.mjs';

const ROUNDS = 5;
const CHECKS = 4_000;
const CONNECTIONS = 8;

const GRANT = `mutation ($input: GrantEntitlementInput!) { grantEntitlement(input: $input) { __typename } }`;
const METERS = '{ meters { id code } }';
const CHECK = `query Check($id: ID!) {
  entitlement(customerId: $id, feature: "tokens") { allowed used reserved limit remaining } }`;

export async function bench() {
  const system = await startSystem();
  try {
    const tenant = await createTenant(system, { customers: CUSTOMERS });
    const { origin, pathname } = new URL(system.graphqlUrl);
    const pool = new Pool(origin, { connections: CONNECTIONS });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.apiKey}` };
    const ask = async (query, variables = {}) => {
      const body = JSON.stringify({ query, variables });
      const answer = await (
        await pool.request({ method: 'POST', path: pathname, headers, body })
      ).body.json();
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      return answer.data;
    };
    const [meter] = (await ask(METERS)).meters;
    for (const customerId of tenant.customers)
      await ask(GRANT, { input: { customerId, feature: 'tokens', meterId: meter.id, quantity: '1000000' } });
    await checks(ask, tenant, CHECKS);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const figures = await checks(ask, tenant, CHECKS);
      console.log(`${Math.round(figures.perS)} checks/s, p99 ${figures.p99.toFixed(1)} ms`);
      rounds.push(figures);
    }
    await pool.close();
    return {
      per_s: median(rounds.map(({ perS }) => perS)),
      p99_ms: median(rounds.map(({ p99 }) => p99)),
    };
  } finally {
    await system.stop();
  }
}

async function checks(ask, { customers }, count) {
  const took = [];
  let left = count;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (; left > 0; left -= 1) {
        const sentAt = performance.now();
        const { entitlement } = await ask(CHECK, { id: customers[left % customers.length] });
        took.push(performance.now() - sentAt);
        if (entitlement?.allowed !== true) throw new Error('a customer with a grant may use it');
      }
    }),
  );
  const perS = took.length / ((performance.now() - startedAt) / 1_000);
  took.sort((a, b) => a - b);
  return { perS, p99: took[Math.floor(took.length * 0.99)] };
}
