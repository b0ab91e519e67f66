// Accepted unique events per second through the gateway and everything behind it, against COPY of the same rows into
// the same table of the same Postgres.
import { Pool } from 'undici';
import { copy, CUSTOMERS, rowsOf } from './event-rows.mjs';
import { createTenant, median, startSystem } from './system.mjs';

const ROUNDS = 5;
const EVENTS_PER_ROUND = 40_000;
const WARM_UP_EVENTS = 20_000;
const IN_FLIGHT = 6;

const DOCUMENT = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) {
    __typename
    ... on UsageReported { accepted duplicate rejected outcomes(only: [DUPLICATE, REJECTED]) { id status rejection { code } } }
    ... on Rejection { message }
  }
}`;

export async function bench() {
  const system = await startSystem();
  try {
    const tenant = await createTenant(system, { customers: CUSTOMERS });
    await report(system, tenant, WARM_UP_EVENTS, 1_000);
    const big = await compare(system, tenant, 1_000);
    const small = await compare(system, tenant, 100);
    return {
      ratio: median(big.map((round) => round.reported / round.copied)),
      per_s: median(big.map((round) => round.reported)),
      copy_per_s: median(big.map((round) => round.copied)),
      ratio_100: median(small.map((round) => round.reported / round.copied)),
      per_s_100: median(small.map((round) => round.reported)),
    };
  } finally {
    await system.stop();
  }
}

/** Rounds of both, one after the other, so that a noisy moment of the machine meets both. */
async function compare(system, tenant, perRequest) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const reported = await report(system, tenant, EVENTS_PER_ROUND, perRequest);
    const copied = await copy(system, tenant, EVENTS_PER_ROUND);
    console.log(
      `${perRequest} per request: ${Math.round(reported)} events/s reported, ${Math.round(copied)} rows/s copied`,
    );
    rounds.push({ reported, copied });
  }
  return rounds;
}

/** Events per second; throws unless every event was accepted. */
async function report({ graphqlUrl }, tenant, count, perRequest) {
  const rows = rowsOf(tenant, count);
  const bodies = [];
  for (let from = 0; from < count; from += perRequest) {
    const variables = { input: { events: rows.slice(from, from + perRequest) } };
    bodies.push(JSON.stringify({ operationName: 'Report', query: DOCUMENT, variables }));
  }
  const { origin, pathname } = new URL(graphqlUrl);
  const pool = new Pool(origin, { connections: IN_FLIGHT });
  let accepted = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
        const response = await pool.request({
          method: 'POST',
          path: pathname,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${tenant.apiKey}` },
          body,
        });
        const answer = await response.body.json();
        accepted += answer.data?.reportUsage.accepted ?? 0;
        if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  if (accepted !== count) throw new Error(`${accepted} of ${count} events were accepted`);
  return count / seconds;
}
