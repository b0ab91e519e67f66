import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { createFederation } from '../src/federation/federation.js';
import { callerOf, createAuthenticator } from '../src/caller/identity.js';
import { SILENT } from '@tollgate/runtime/base/log';
import { plannedNamesOf } from '../src/operation/aliases.js';
import { costModelOf } from '../src/operation/cost-model.js';
import { Operations } from '../src/operation/operations.js';
import { PlanningQueue } from '../src/planning/queue.js';
import { createFastPath } from '../src/fast-path/fast-path.js';
import { operationContext } from '../src/federation/context.js';
import type { Fixture } from './harness.js';
import { ask, codeIn, fixtureEndpoints, startFixture, TEST_CONFIG, WITH_KEY } from './harness.js';
import { Backend } from './subgraphs.js';
import { composeFixture } from './supergraph.js';

/** An Accept header that only Apollo Server's negotiation understands: it takes the general path. */
const GENERAL = { ...WITH_KEY, accept: 'application/json;q=0.9' };

const TOUCH = `mutation($id: ID!) { touchInvoice(id: $id) {
  __typename ... on Invoice { id status customer { name } } ... on Rejection { message } ... on UnknownInvoice { wanted: id } } }`;

const DOCUMENTS: readonly [string, object?][] = [
  ['{ invoices(first: 3) { id customer { id name } } }'],
  [
    '{ a: invoices(first: 2) { n: number } b: invoices(first: 1) { kind: __typename customer { who: name } } }',
  ],
  [
    '{ invoices(first: 2) { ...line } } fragment line on Invoice { id customer { ...who } } fragment who on Customer { email id }',
  ],
  ['{ customers(first: 2) { name invoices(first: 2) { status customer { email } } } whoAmI }'],
  ['query($n: Int = 2) { invoices(first: $n) { id ... on Invoice { totalMinor } } }'],
  ['query($n: Int!) { invoices(first: $n) { id } }', { n: 4 }],
  ['{ invoices(first: 0) { customer { name } } }'],
  [TOUCH, { id: 'inv_3' }],
  [TOUCH, { id: 'nothing' }],
];

describe('the fast path', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  for (const [query, variables] of DOCUMENTS) {
    it(`answers as Apollo does: ${query.slice(0, 60)}`, async () => {
      const fast = await ask(fixture.url, { query, variables });
      const general = await ask(fixture.url, { query, variables }, GENERAL);
      expect(fast.body).toEqual(general.body);
      expect(fast.body.errors).toBeUndefined();
      expect([fast.status, fast.headers.get('content-type')]).toEqual([
        general.status,
        general.headers.get('content-type'),
      ]);
    });
    it(`is taken by: ${query.slice(0, 60)}`, async () => {
      expect(await fastAnswer(query, variables ?? {})).not.toBeNull();
    });
  }

  it('leaves directives, introspection, faults and nulls to Apollo', async () => {
    expect(await fastAnswer('{ invoices { id @skip(if: true) number } }', {})).toBeNull();
    expect(await fastAnswer('{ __type(name: "Invoice") { name } }', {})).toBeNull();
    expect(await fastAnswer('query($n: Int!) { invoices(first: $n) { id } }', { n: 'x' })).toBeNull();
    expect(await fastAnswer('{ broken }', {})).toBeNull();
  });

  it('rejects variables that do not fit as Apollo does, and runs nothing', async () => {
    const before = fixture.backend.touches;
    for (const variables of [{}, { id: null }, { id: { deep: 1 } }, { id: ['inv_1', 'inv_2'] }]) {
      const fast = await ask(fixture.url, { query: TOUCH, variables });
      const general = await ask(fixture.url, { query: TOUCH, variables }, GENERAL);
      expect([fast.status, codeIn(fast)]).toEqual([general.status, codeIn(general)]);
      expect(fast.body.errors?.[0]?.message).toBe(general.body.errors?.[0]?.message);
    }
    expect(fixture.backend.touches).toBe(before);
  });

  it('asks for equal entities once', async () => {
    const before = fixture.backend.entityFetches;
    await ask(fixture.url, { query: '{ invoices(first: 20) { customer { name } } }' });
    expect(fixture.backend.entityFetches - before).toBe(8);
  });

  it('never runs a mutation twice when it hands over to Apollo half way', async () => {
    let down = false;
    const failing = (endpoint: SubgraphEndpoint): SubgraphEndpoint => ({
      ...endpoint,
      execute: (request) =>
        down && request.query.includes('_entities')
          ? Promise.reject(new Error('down'))
          : endpoint.execute(request),
    });
    const own = await startFixture({
      endpoints: (all) => new Map([...all].map(([name, endpoint]) => [name, failing(endpoint)])),
    });
    try {
      await ask(own.url, { query: '{ whoAmI }' });
      down = true;
      const answer = await ask(own.url, { query: TOUCH, variables: { id: 'inv_1' } });
      expect(codeIn(answer)).toBe('INTERNAL');
      expect(own.backend.touches).toBe(1);
    } finally {
      await own.stop();
    }
  });
});

async function fastAnswer(query: string, variables: object) {
  const endpoints = fixtureEndpoints(new Backend());
  const supergraphSdl = composeFixture();
  const queue = new PlanningQueue();
  const { graph, plans } = createFederation({ supergraphSdl, endpoints, logger: SILENT, queue });
  const { schema } = graph;
  const authenticator = createAuthenticator({ config: TEST_CONFIG, tenancy: endpoints.get('tenancy')! });
  const caller = callerOf({ kind: 'staff', actor: 'ada', roles: ['support'] }, Number.POSITIVE_INFINITY);
  const operations = new Operations({
    schema,
    costs: costModelOf(supergraphSdl),
    planned: plannedNamesOf(supergraphSdl),
    queue,
    rules: TEST_CONFIG,
  });
  const operation = operations.admit({ query, variables }, caller);
  const trace = { requestId: 'r', traceparent: undefined };
  const context = operationContext({ caller, trace, authenticator, plainJson: true });
  const fastPath = createFastPath({ graph, plans, endpoints });
  return operation === null ? null : await fastPath(operation, context);
}
