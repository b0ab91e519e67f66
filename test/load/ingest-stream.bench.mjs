// Rows per second of one stream of NDJSON through POST /ingest, against COPY of the same rows into the same table.
import { request } from 'undici';
import { copy, CUSTOMERS, rowsOf } from './event-rows.mjs';
import { createTenant, median, startSystem } from './system.mjs';

const ROUNDS = 5;
const ROWS = 100_000;
const WARM_UP_ROWS = 30_000;

export async function bench() {
  const system = await startSystem();
  try {
    const tenant = await createTenant(system, { customers: CUSTOMERS });
    await stream(system, tenant, WARM_UP_ROWS);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const streamed = await stream(system, tenant, ROWS);
      const copied = await copy(system, tenant, ROWS);
      console.log(`${Math.round(streamed)} rows/s streamed, ${Math.round(copied)} rows/s copied`);
      rounds.push({ streamed, copied });
    }
    return {
      ratio: median(rounds.map(({ streamed, copied }) => streamed / copied)),
      per_s: median(rounds.map(({ streamed }) => streamed)),
      copy_per_s: median(rounds.map(({ copied }) => copied)),
    };
  } finally {
    await system.stop();
  }
}

/** Rows per second; throws unless every row was accepted. */
async function stream({ graphqlUrl }, tenant, count) {
  const body = rowsOf(tenant, count)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
  const startedAt = performance.now();
  const answer = await request(new URL('/ingest', graphqlUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${tenant.apiKey}` },
    body,
  });
  const lines = (await answer.body.text()).trim().split('\n');
  const seconds = (performance.now() - startedAt) / 1_000;
  const end = JSON.parse(lines.at(-1));
  if (end.complete !== true || end.accepted !== count)
    throw new Error(`not every row was accepted: ${lines.at(-1)}`);
  return count / seconds;
}
