import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gateway } from '../src/gateway.js';
import { createGateway } from '../src/gateway.js';
import { graphOf } from '../src/planning/graph.js';
import { fakeSubgraphs } from './fuzz/fake-subgraphs.js';
import { OperationWriter } from './fuzz/operations.js';
import { Random } from './fuzz/random.js';
import { staffToken, TEST_CONFIG } from './harness.js';

/** `npm run fuzz` says how many and from which seed; without it the short form runs. */
const OPERATIONS = Number(process.env['FUZZ_OPERATIONS'] ?? 300);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_240_101);
const MS_PER_OPERATION = 1_000;
/** Operations that are answered differently and shown. */
const SHOWN_MAX = 3;

const supergraphSdl = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');

let gateway: Gateway;
let url: string;
let authorization: string;
beforeAll(async () => {
  const config = { ...TEST_CONFIG, callerCostPerSecond: 1_000_000_000 };
  gateway = await createGateway({ config, supergraphSdl, endpoints: fakeSubgraphs() });
  url = await gateway.listen();
  authorization = `Bearer ${await staffToken(url)}`;
});
afterAll(() => gateway.stop());

it(
  `the fast path and the general path answer ${String(OPERATIONS)} random operations alike, byte by byte`,
  { timeout: 60_000 + OPERATIONS * MS_PER_OPERATION },
  async () => {
    const writer = new OperationWriter(graphOf(supergraphSdl).schema, new Random(SEED));
    const seen = { answered: 0, partly: 0, rejected: 0 };
    const differing: object[] = [];
    for (let count = 0; count < OPERATIONS;) {
      const { query, operationName, variables } = writer.write();
      for (const values of variables) {
        const body = JSON.stringify({ query, operationName, variables: values });
        // One of the two types that clients read; a weight makes it one that the fast path leaves alone.
        const type = count % 2 === 0 ? 'application/json' : 'application/graphql-response+json';
        const fast = await answerTo(body, type);
        const general = await answerTo(body, `${type};q=0.9`);
        if (!isDeepStrictEqual(fast, general)) differing.push({ operation: count, body, fast, general });
        seen[kindOf(fast.text)] += 1;
        count += 1;
      }
    }
    console.log(
      `fuzz operations=${String(OPERATIONS)} seed=${String(SEED)} ${JSON.stringify(seen)} differ=${String(differing.length)}`,
    );
    expect(differing.slice(0, SHOWN_MAX)).toEqual([]);
    // Otherwise it would be the same error again and again that is the same.
    expect(seen.answered).toBeGreaterThan(OPERATIONS / 2);
    expect(seen.partly + seen.rejected).toBeGreaterThan(OPERATIONS / 20);
  },
);

/** Everything that a client sees of an answer. */
async function answerTo(body: string, accept: string) {
  const headers = { authorization, accept, 'content-type': 'application/json', 'x-request-id': 'same' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  const { date: _date, ...shown } = Object.fromEntries(response.headers);
  return { status: response.status, headers: shown, text: await response.text() };
}

function kindOf(text: string): 'answered' | 'partly' | 'rejected' {
  const answer = JSON.parse(text) as { readonly data?: unknown; readonly errors?: unknown };
  if (answer.errors === undefined) return 'answered';
  return answer.data === undefined || answer.data === null ? 'rejected' : 'partly';
}
