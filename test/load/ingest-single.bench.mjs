// One event per mutation at 64 connections, against pgbench: single-row inserts by 16 clients into the same table.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { CUSTOMERS, rowsOf } from './event-rows.mjs';
import { createTenant, median, startSystem } from './system.mjs';

const ROUNDS = 5;
const EVENTS = 8_000;
const CONNECTIONS = 64;
const CLIENTS = 16;

const DOCUMENT = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) { ... on UsageReported { accepted } ... on Rejection { message } } }`;

export async function bench() {
  const system = await startSystem();
  try {
    const tenant = await createTenant(system, { customers: CUSTOMERS });
    await report(system, tenant, EVENTS);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const reported = await report(system, tenant, EVENTS);
      const inserted = await insert(system, tenant, EVENTS);
      console.log(
        `${Math.round(reported.perS)} events/s reported (p99 ${reported.p99.toFixed(1)} ms), ${Math.round(inserted)} rows/s inserted`,
      );
      rounds.push({ ...reported, inserted });
    }
    return {
      ratio: median(rounds.map(({ perS, inserted }) => perS / inserted)),
      per_s: median(rounds.map(({ perS }) => perS)),
      p99_ms: median(rounds.map(({ p99 }) => p99)),
      insert_per_s: median(rounds.map(({ inserted }) => inserted)),
    };
  } finally {
    await system.stop();
  }
}

async function report({ graphqlUrl }, tenant, count) {
  const bodies = rowsOf(tenant, count).map((row) =>
    JSON.stringify({ operationName: 'Report', query: DOCUMENT, variables: { input: { events: [row] } } }),
  );
  const { origin, pathname } = new URL(graphqlUrl);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.apiKey}` };
  const took = [];
  const startedAt = performance.now();
  await each(CONNECTIONS, bodies, async (body) => {
    const sentAt = performance.now();
    const response = await pool.request({ method: 'POST', path: pathname, headers, body });
    const answer = await response.body.json();
    took.push(performance.now() - sentAt);
    if (answer.data?.reportUsage.accepted !== 1) throw new Error(JSON.stringify(answer));
  });
  const perS = count / ((performance.now() - startedAt) / 1_000);
  await pool.close();
  took.sort((a, b) => a - b);
  return { perS, p99: took[Math.floor(took.length * 0.99)] };
}

/** Rows per second of pgbench. */
async function insert({ adminUrl }, tenant, count) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-pgbench-'));
  const script = join(folder, 'insert.sql');
  const columns = 'id, customer_id, type, occurred_at, properties, meter_version';
  const row = `gen_random_uuid()::text, '${tenant.customers[0]}', 'call', now(), '{"tokens": 1, "model": "m1"}', 1`;
  writeFileSync(script, `INSERT INTO "${tenant.schema}".usage_event (${columns}) VALUES (${row});\n`);
  const each = ['-t', String(Math.ceil(count / CLIENTS))];
  const how = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '2', ...each, '-f', script, adminUrl];
  const { stdout } = await promisify(execFile)('pgbench', how);
  rmSync(folder, { recursive: true });
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

/** Does all, so many at a time. */
async function each(most, all, work) {
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (let one = all.pop(); one !== undefined; one = all.pop()) await work(one);
    }),
  );
}
