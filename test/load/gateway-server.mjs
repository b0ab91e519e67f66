// One server of the gateway benchmark, in a process of its own: gateway-server.mjs ROLE FILE
//   subgraph  the invoices subgraph over HTTP
//   local     our gateway with the subgraphs in its process
//   http      our gateway, with each subgraph in a process of its own
//   stock     ApolloGateway with default options on the same subgraph processes
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { ROOT, sleep } from './system.mjs';

const USED = ['tenancy', 'invoices'];
const DAY_MS = 86_400_000;
const [role, announced] = process.argv.slice(2);
const file = (path) => import(join(ROOT, path));
const { signIdentity } = await file('packages/runtime/dist/base/identity.js');
const secret = process.env.INTERNAL_IDENTITY_SECRET;
/** A signature for the whole run: the benchmark is not about signing. */
const identity = signIdentity(
  { kind: 'tenant', tenant: process.env.BENCH_TENANT, actor: 'bench' },
  secret,
  Date.now() + DAY_MS,
);

let shared;
const roles = {
  subgraph: () => serveOne('invoices'),
  tenancy: () => serveOne('tenancy'),
  local,
  http,
  stock,
};
process.on('SIGTERM', () => process.exit(0));
announce(await roles[role]());

async function serveOne(name) {
  const { platform, subgraph } = await openSubgraph(name);
  const { serveSubgraph } = await file('packages/runtime/dist/graphql/server.js');
  const { logger, metrics } = platform;
  const server = await serveSubgraph({
    endpoint: subgraph.endpoint,
    host: '127.0.0.1',
    port: 0,
    logger,
    metrics,
  });
  return { url: `${server.url}/graphql`, identity };
}

async function openSubgraph(name) {
  const { readServiceConfig } = await file('packages/runtime/dist/base/config.js');
  const { createPlatform } = await file('packages/runtime/dist/service/platform.js');
  const { startSubgraph } = await file('packages/runtime/dist/service/subgraph.js');
  shared ??= await createPlatform(readServiceConfig(process.env), 'bench');
  const { create } = await file(`subgraphs/${name}/dist/main.js`);
  return { platform: shared, subgraph: await startSubgraph(shared, await create(shared, process.env)) };
}

async function local() {
  const endpoints = new Map();
  for (const name of USED) endpoints.set(name, (await openSubgraph(name)).subgraph.endpoint);
  for (const name of SUBGRAPHS) if (!endpoints.has(name)) endpoints.set(name, endpoints.get('invoices'));
  return { url: await openGateway(endpoints) };
}

async function http() {
  const { httpEndpoint } = await file('gateway/dist/endpoints/transport.js');
  const urls = await subgraphUrls();
  const endpoints = new Map(SUBGRAPHS.map((name) => [name, httpEndpoint(name, urls[name] ?? urls.invoices)]));
  return { url: await openGateway(endpoints) };
}

async function openGateway(endpoints) {
  const { createGateway } = await file('gateway/dist/gateway.js');
  const { readConfig } = await file('gateway/dist/config.js');
  const urls = Object.fromEntries(
    SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, 'http://127.0.0.1:1']),
  );
  const environment = { ...process.env, ...urls, GATEWAY_PORT: '0', CALLER_COST_PER_S: '1000000000' };
  const gateway = await createGateway({
    config: readConfig(environment).gateway,
    supergraphSdl: supergraph(),
    endpoints,
  });
  return `${await gateway.listen()}/graphql`;
}

async function stock() {
  const { ApolloGateway, RemoteGraphQLDataSource } = await import('@apollo/gateway');
  const { ApolloServer } = await import('@apollo/server');
  const { startStandaloneServer } = await import('@apollo/server/standalone');
  const urls = await subgraphUrls();
  let supergraphSdl = supergraph();
  for (const name of SUBGRAPHS) {
    supergraphSdl = supergraphSdl.replace(
      `http://${name}.subgraph/graphql`,
      `${urls[name] ?? urls.invoices}/graphql`,
    );
  }
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource({
        url,
        willSendRequest: ({ request }) => request.http.headers.set('x-tollgate-identity', identity),
      }),
  });
  const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
    listen: { port: 0, host: '127.0.0.1' },
  });
  return { url: url.replace('localhost', '127.0.0.1') };
}

/** A process for each subgraph that the query needs. */
async function subgraphUrls() {
  const urls = {};
  for (const name of USED) {
    const path = `${announced}.${name}`;
    const child = spawn(process.execPath, [process.argv[1], name === 'invoices' ? 'subgraph' : name, path], {
      stdio: 'inherit',
    });
    process.on('exit', () => child.kill('SIGKILL'));
    while (!existsSync(path)) await sleep(20);
    urls[name] = JSON.parse(readFileSync(path, 'utf8')).url.replace(/\/graphql$/, '');
  }
  return urls;
}

function supergraph() {
  return readFileSync(join(ROOT, 'supergraph.graphql'), 'utf8');
}

function announce(at) {
  writeFileSync(`${announced}.new`, JSON.stringify(at));
  renameSync(`${announced}.new`, announced);
}
