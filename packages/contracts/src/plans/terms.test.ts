import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { presentTerms, subscriptionTerms, type SubscriptionTermsV1 } from './terms.js';

test('terms that were kept from version 1 of an event are terms of now, and those of now stay as they are', () => {
  const file = new URL('../../fixtures/subscription.started.v1.json', import.meta.url);
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: { terms: SubscriptionTermsV1 } };
  const terms = presentTerms(data.terms);
  expect(subscriptionTerms.parse(terms)).toEqual(terms);
  expect(presentTerms(terms)).toBe(terms);
});
