// From a usage report being acknowledged to the update at a subscribed client, in both modes.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { call, createTenant, percentile, sleep, startSystem } from './system.mjs';

const SAMPLES = 400;
const WARM_UP = 50;
const UPDATE_MAX_MS = 5_000;

const REPORT = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) { __typename ... on UsageReported { accepted } } }`;
const WATCH = `subscription Live($customerId: ID!) { usageUpdated(customerId: $customerId) { totals { events } } }`;

export async function bench() {
  const single = await measure({ distributed: false });
  const distributed = await measure({ distributed: true });
  return {
    p50_ms: percentile(single, 0.5),
    p99_ms: percentile(single, 0.99),
    distributed_p50_ms: percentile(distributed, 0.5),
    distributed_p99_ms: percentile(distributed, 0.99),
    samples: SAMPLES,
  };
}

async function measure(options) {
  const system = await startSystem(options);
  const client = createClient({
    url: system.subscriptionsUrl,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${tenant.apiKey}` }),
  });
  const tenant = await createTenant(system, { customers: 1 });
  try {
    return await samples(system, tenant, client);
  } finally {
    await client.dispose();
    await system.stop();
  }
}

async function samples(system, tenant, client) {
  const [customerId] = tenant.customers;
  let seen = 0;
  let wake = () => undefined;
  let arrivedAt = 0;
  const done = client.subscribe(
    { query: WATCH, variables: { customerId } },
    {
      next: ({ data }) => {
        seen = Number(data?.usageUpdated.totals[0]?.events ?? 0);
        arrivedAt = performance.now();
        wake();
      },
      error: (error) => {
        throw new Error(JSON.stringify(error));
      },
      complete: () => undefined,
    },
  );
  const latencies = [];
  for (let count = 1; count <= SAMPLES + WARM_UP; count += 1) {
    const reached = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no update came')), UPDATE_MAX_MS);
      wake = () => {
        if (seen < count) return;
        clearTimeout(timer);
        resolve();
      };
    });
    const event = {
      id: `e-${count}`,
      customerId,
      type: 'call',
      timestamp: new Date().toISOString(),
      properties: { tokens: 1 },
    };
    await call(system.graphqlUrl, tenant.apiKey, REPORT, { input: { events: [event] } });
    const acknowledgedAt = performance.now();
    wake();
    await reached;
    // An update may overtake the acknowledgement.
    if (count > WARM_UP) latencies.push(Math.max(0, arrivedAt - acknowledgedAt));
    await sleep(Math.random() * 20);
  }
  done();
  return latencies;
}
