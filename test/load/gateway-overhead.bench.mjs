// What the gateway costs: the same query of 20 invoices with their customers through the gateway and against the
// invoices subgraph alone, in one process and over HTTP, and through a stock ApolloGateway on the same subgraphs.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { call, createTenant, median, ROOT, sleep, startSystem } from './system.mjs';

const INVOICES = 20;
const CONNECTIONS = 16;
const ROUNDS = 7;
const SECONDS_PER_ROUND = 2;
/** Until compilers have seen what is hot: rates doubled over the first rounds with less. */
const WARM_UP_S = 6;

/** Two subgraphs: invoices owns the list, tenancy the customers' names. */
const JOINED = `query Invoices { invoices(first: ${INVOICES}) { nodes {
  id number status currency createdAt total { minor } subtotal { minor } tax { minor } customer { id name country } } } }`;

/** The part of it that the invoices subgraph answers alone. */
const ALONE = `query Invoices { invoices(first: ${INVOICES}) { nodes {
  id number status currency createdAt total { minor } subtotal { minor } tax { minor } customer { id } } } }`;

export async function bench() {
  const system = await startSystem();
  const servers = [];
  try {
    const tenant = await createTenant(system, { customers: INVOICES });
    await invoicesOf(system, tenant);
    const open = async (role) => {
      const server = await startServer(role, system, tenant);
      servers.push(server);
      return server;
    };
    const alone = await open('subgraph');
    const local = await open('local');
    const http = await open('http');
    const stock = await open('stock');
    const targets = {
      alone: { ...alone, query: ALONE },
      local: { ...local, query: JOINED },
      http: { ...http, query: JOINED },
      stock: { ...stock, query: JOINED },
    };
    const rates = await compare(targets);
    return {
      ratio_local: median(rates.map((round) => round.local / round.alone)),
      ratio_http: median(rates.map((round) => round.http / round.alone)),
      ratio_stock: median(rates.map((round) => round.http / round.stock)),
      alone_per_s: median(rates.map((round) => round.alone)),
      local_per_s: median(rates.map((round) => round.local)),
      http_per_s: median(rates.map((round) => round.http)),
      stock_per_s: median(rates.map((round) => round.stock)),
    };
  } finally {
    for (const server of servers) server.stop();
    await system.stop();
  }
}

/** Every round measures all of them, one after the other, so that a noisy moment meets all. */
async function compare(targets) {
  for (const target of Object.values(targets)) await rateOf(target, WARM_UP_S);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const rates = {};
    for (const [name, target] of Object.entries(targets))
      rates[name] = await rateOf(target, SECONDS_PER_ROUND);
    console.log(
      Object.entries(rates)
        .map(([name, rate]) => `${name} ${Math.round(rate)}/s`)
        .join(', '),
    );
    rounds.push(rates);
  }
  return rounds;
}

/** Requests per second of one server; throws unless every answer has all invoices. */
async function rateOf({ url, headers, query }, seconds) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const body = JSON.stringify({ operationName: 'Invoices', query });
  const until = performance.now() + seconds * 1_000;
  let count = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < until) {
        const response = await pool.request({
          method: 'POST',
          path: pathname,
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        const text = await response.body.text();
        if (count % 100 === 0) expectInvoices(text, query);
        count += 1;
      }
    }),
  );
  const rate = count / ((performance.now() - startedAt) / 1_000);
  await pool.close();
  return rate;
}

function expectInvoices(text, query) {
  const nodes = JSON.parse(text).data?.invoices?.nodes ?? [];
  if (nodes.length !== INVOICES) throw new Error(`not ${INVOICES} invoices: ${text.slice(0, 400)}`);
  if (query === JOINED && nodes.some((node) => !node.customer.name))
    throw new Error('an invoice without its customer');
}

async function invoicesOf(system, tenant) {
  for (let round = 0; round < 600; round += 1) {
    const { invoices } = await call(system.graphqlUrl, tenant.apiKey, ALONE);
    if (invoices.nodes.length === INVOICES) return;
    await sleep(100);
  }
  throw new Error('the invoices did not come');
}

/** A server process of one role on the database of the running system. */
async function startServer(role, system, tenant) {
  const secrets = JSON.parse(readFileSync(join(system.dataDir, 'secrets.json'), 'utf8'));
  const announced = join(system.dataDir, `bench-${role}.json`);
  const app = new URL(system.adminUrl);
  app.username = 'tollgate_app';
  app.password = secrets.databasePassword;
  const child = spawn(process.execPath, [join(ROOT, 'test/load/gateway-server.mjs'), role, announced], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: app.href,
      ROLE: 'api',
      LOG_LEVEL: 'error',
      INTERNAL_IDENTITY_SECRET: secrets.identity,
      PORTAL_TOKEN_SECRET: secrets.portal,
      API_KEY_SECRET: secrets.apiKey,
      BENCH_TENANT: tenant.tenantId,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let tries = 0; !existsSync(announced); tries += 1) {
    if (child.exitCode !== null || tries > 3_000) throw new Error(`the ${role} server did not start`);
    await sleep(20);
  }
  await sleep(50);
  const { url, identity } = JSON.parse(readFileSync(announced, 'utf8'));
  const headers =
    identity === undefined
      ? { authorization: `Bearer ${tenant.apiKey}` }
      : { 'x-tollgate-identity': identity };
  return { url, headers, stop: () => child.kill('SIGTERM') };
}
