import { GraphQLError, parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Aside } from '../src/planning/aside.js';
import { graphOf } from '../src/planning/graph.js';
import { guardDocument } from '../src/operation/limits.js';

const SDL = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const ROUNDS = 5;
const aside = new Aside(SDL);
afterAll(() => aside.close());

/** As large as the bounds let a document be: whatever leads from a customer to customers again, six times. */
const LARGE = parse(`query Large { customers(first: 1) { nodes { ...c6 } } }
  ${[1, 2, 3, 4, 5, 6].map(fragmentsOf).join('\n')}
  fragment c0 on Customer { id } fragment i0 on Invoice { id } fragment s0 on PlanSubscription { id } fragment p0 on Payment { id }`);

function fragmentsOf(level: number): string {
  const below = level - 1;
  return `fragment c${level} on Customer { id name invoices(first: 1) { nodes { ...i${below} } }
      payments(first: 1) { nodes { ...p${below} } } subscriptions(first: 1) { ...s${below} } }
    fragment i${level} on Invoice { id number customer { ...c${below} } subscription { ...s${below} } payments { ...p${below} } }
    fragment s${level} on PlanSubscription { id status customer { ...c${below} } }
    fragment p${level} on Payment { id status invoice { ...i${below} } customer { ...c${below} } }`;
}

test('a document is planned aside as it is planned here', async () => {
  expect(guardDocument(LARGE, undefined)?.fields).toBeGreaterThan(800);
  expect(await aside.plan(LARGE, 'Large')).toEqual(graphOf(SDL).plan(LARGE, 'Large'));
});

test('nobody waits 50 ms while the largest documents are planned', async () => {
  const busy: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.eventLoopUtilization();
    await aside.plan(LARGE, 'Large');
    busy.push(performance.eventLoopUtilization(before).active);
  }
  // Not the worst of them: the machine may be busy with something else.
  expect(busy.sort((a, b) => a - b)[ROUNDS >> 1]).toBeLessThan(50);
});

test('a document that cannot be planned says so, and the next one is planned', async () => {
  const wrong = aside.plan(parse('{ nobodyKnowsThis }'), undefined);
  await expect(wrong).rejects.toThrow(GraphQLError);
  expect(await aside.plan(parse('{ customers { nodes { id } } }'), undefined)).toMatchObject({
    kind: 'QueryPlan',
  });
});

test('a thread that has ended is started anew', async () => {
  await aside.close();
  expect(await aside.plan(parse('{ customers { nodes { id } } }'), undefined)).toMatchObject({
    kind: 'QueryPlan',
  });
});
