import { expect, test } from 'vitest';
import { METERS_MAX, refuseMeter, type MeterDraft } from './meter.js';

const draft: MeterDraft = {
  code: 'input_tokens',
  name: 'Input tokens',
  eventType: 'llm.call',
  aggregation: 'sum',
  property: 'inputTokens',
};

test('a meter that makes sense is not refused', () => {
  expect(refuseMeter(draft, 0)).toBeNull();
  expect(refuseMeter({ ...draft, aggregation: 'count', property: null }, 0)).toBeNull();
});

test.each([
  [{ code: 'Input Tokens' }, 'input.code'],
  [{ name: '' }, 'input.name'],
  [{ eventType: 'a\u0000' }, 'input.eventType'],
  [{ property: null }, 'input.property'],
  [{ aggregation: 'count' }, 'input.property'],
] as const)('%j is refused with the field %s', (change, field) => {
  expect(refuseMeter({ ...draft, ...change }, 0)).toMatchObject({ reason: 'InvalidInput', field });
});

test('a tenant has a bounded number of meters', () => {
  expect(refuseMeter(draft, METERS_MAX)).toMatchObject({ reason: 'InvalidInput' });
});
