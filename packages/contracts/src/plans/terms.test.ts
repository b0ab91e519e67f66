import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assert } from '@tollgate/kernel/assert';
import { presentTerms, subscriptionTerms, type SubscriptionTermsV1 } from './terms.js';

test('terms that were kept from version 1 of an event are terms of now, and those of now stay as they are', () => {
  const file = new URL('../../fixtures/subscription.started.v1.json', import.meta.url);
  const messages = JSON.parse(readFileSync(file, 'utf8')) as { data: { terms: SubscriptionTermsV1 } }[];
  const [terms] = messages.map(({ data }) => presentTerms(data.terms));
  assert(terms !== undefined, 'there is a fixture');
  expect(subscriptionTerms.parse(terms)).toEqual(terms);
  expect(presentTerms(terms)).toBe(terms);
});
