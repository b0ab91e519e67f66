// Accepted unique events per second through the gateway and everything behind it, against COPY of the same rows into
// the same table of the same Postgres.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { createTenant, median, startSystem } from './system.mjs';

const ROUNDS = 5;
const EVENTS_PER_ROUND = 40_000;
const WARM_UP_EVENTS = 20_000;
const CUSTOMERS = 8;
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

function rowsOf(tenant, count) {
  const prefix = randomUUID();
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${index}`,
    customerId: tenant.customers[index % CUSTOMERS],
    type: 'call',
    timestamp: new Date(now - (index % 600_000)).toISOString(),
    properties: { tokens: 1 + (index % 5_000), model: 'm1' },
  }));
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

/** Rows per second of psql's COPY: rows of the same kind, the same table, its indexes included. */
async function copy({ adminUrl }, tenant, count) {
  const rows = rowsOf(tenant, count);
  const text = rows
    .map(
      (row) =>
        `${row.id}\t${row.customerId}\t${row.type}\t${row.timestamp}\t${JSON.stringify(row.properties)}\t1\n`,
    )
    .join('');
  const statement = `COPY "${tenant.schema}".usage_event (id, customer_id, type, occurred_at, properties, meter_version) FROM STDIN`;
  const startedAt = performance.now();
  await psql(adminUrl, statement, text);
  return count / ((performance.now() - startedAt) / 1_000);
}

/** The time includes psql's own start, about 10 ms, which favours nobody at this size. */
async function psql(url, statement, input) {
  if (spawnSync('psql', ['--version']).status !== 0) throw new Error('this benchmark needs psql on the PATH');
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', statement], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}
