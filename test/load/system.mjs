// What the benchmarks start: a whole system on a data directory of its own, and clients of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const READY_MAX_MS = 180_000;

/**
 * Starts `npm start`'s program (or the distributed one) and waits until it is ready; `inspected`: with the address of its
 * inspector.
 */
export async function startSystem({ distributed = false, inspected = false } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const program = join(ROOT, 'apps/all-in-one/dist', distributed ? 'distributed.js' : 'main.js');
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    TOLLGATE_DATA: dataDir,
    PORT: '0',
    LOG_LEVEL: 'warn',
  };
  const { NODE_FLAGS } = await import(join(ROOT, 'apps/all-in-one/dist/node-flags.js'));
  const child = spawn(process.execPath, [...NODE_FLAGS, ...(inspected ? ['--inspect=0'] : []), program], {
    env,
    stdio: ['ignore', 'ignore', inspected ? 'pipe' : 'inherit'],
  });
  const inspectorUrl = inspected ? await inspectorOf(child) : undefined;
  const path = join(dataDir, 'demo.json');
  const deadline = Date.now() + READY_MAX_MS;
  while (!existsSync(path)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('the system did not start');
    await sleep(20);
  }
  return {
    ...JSON.parse(readFileSync(path, 'utf8')),
    dataDir,
    inspectorUrl,
    adminUrl: adminUrlOf(dataDir),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The first line of a process that is inspected says where. */
async function inspectorOf({ stderr }) {
  const [said] = await once(stderr, 'data');
  stderr.pipe(process.stderr);
  return /ws:\/\/\S+/.exec(String(said))[0];
}

/** Superuser URL of a system's embedded Postgres. */
function adminUrlOf(dataDir) {
  const port = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/tollgate`;
}

/** One GraphQL request; throws on errors. */
export async function call(graphqlUrl, token, query, variables = {}) {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = await response.json();
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

/** A mutation that must give the wanted type. */
export async function command(graphqlUrl, token, mutation, wanted, fields, input) {
  const name = mutation[0].toUpperCase() + mutation.slice(1);
  const { answer } = await call(
    graphqlUrl,
    token,
    `mutation($input: ${name}Input!) { answer: ${mutation}(input: $input) { __typename ... on ${wanted} { ${fields} } ... on Rejection { message } } }`,
    { input },
  );
  if (answer.__typename !== wanted) throw new Error(`${mutation}: ${answer.__typename}: ${answer.message}`);
  return answer;
}

/** A sandbox tenant of the benchmark's own, with `customers` customers on one metered plan. */
export async function createTenant(system, { customers, fee = '10.00' }) {
  const { graphqlUrl, staffToken } = system;
  const input = { name: 'Bench', currency: 'USD', timeZone: 'UTC', country: 'US', sandbox: false };
  const tenant = await command(
    graphqlUrl,
    staffToken,
    'createTenant',
    'TenantCreated',
    'tenant { id } apiKey',
    input,
  );
  const run = (mutation, wanted, fields, value) =>
    command(graphqlUrl, tenant.apiKey, mutation, wanted, fields, value);
  const planId = await meteredPlan(run, { fee, usage: { perUnit: { unitAmount: '0.000001' } } });
  const ids = [];
  for (let index = 0; index < customers; index += 1) {
    const { customer } = await run('createCustomer', 'CustomerCreated', 'customer { id }', {
      name: `Customer ${index}`,
      country: 'US',
      timeZone: 'UTC',
      currency: 'USD',
    });
    await run('createSubscription', 'SubscriptionCreated', 'subscription { id }', {
      customerId: customer.id,
      planId,
    });
    ids.push(customer.id);
  }
  return {
    tenantId: tenant.tenant.id,
    schema: `t_${tenant.tenant.id.slice(4)}`,
    apiKey: tenant.apiKey,
    customers: ids,
  };
}

/** A monthly plan with a fee, and with a price for the sum of `tokens` over events of type `call`; its id. */
export async function meteredPlan(run, { fee = '10.00', usage }) {
  const { meter } = await run('createMeter', 'MeterCreated', 'meter { id }', {
    code: 'tokens',
    name: 'Tokens',
    eventType: 'call',
    aggregation: 'SUM',
    property: 'tokens',
  });
  const { plan } = await run('createPlan', 'PlanCreated', 'plan { id }', {
    name: 'Bench',
    code: 'bench',
    interval: 'MONTH',
    prices: [
      { key: 'fee', price: { flat: { flatAmount: fee } } },
      { key: 'tokens', meterId: meter.id, price: usage },
    ],
  });
  return plan.id;
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function percentile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values) {
  return percentile(values, 0.5);
}
