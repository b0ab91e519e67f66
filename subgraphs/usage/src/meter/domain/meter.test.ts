import { expect, test } from 'vitest';
import { METERS_MAX, readsOf, rejectMeter, type MeterDraft } from './meter.js';

const draft: MeterDraft = {
  code: 'input_tokens',
  name: 'Input tokens',
  eventType: 'llm.call',
  metric: { type: 'sum', property: 'inputTokens' },
};

test('a meter that makes sense is not rejected', () => {
  expect(rejectMeter(draft, 0)).toBeNull();
  expect(rejectMeter({ ...draft, metric: { type: 'count' } }, 0)).toBeNull();
});

test.each([
  [{ code: 'Input Tokens' }, 'input.code'],
  [{ name: '' }, 'input.name'],
  [{ name: '\u200b' }, 'input.name'],
  [{ eventType: 'a\u0000' }, 'input.eventType'],
  [{ metric: { type: 'max' } }, 'input.property'],
  [{ metric: { type: 'count', property: 'n' } }, 'input.property'],
  [{ metric: { type: 'count', filters: [{ property: '', in: ['a'] }] } }, 'input.filters[0].property'],
  [{ metric: { type: 'count', filters: [{ property: 'g', in: [] }] } }, 'input.filters[0]'],
  [{ metric: { type: 'count', filters: [{ property: 'g', notIn: ['\u0000'] }] } }, 'input.filters[0]'],
  [
    { metric: { type: 'sum', property: 'n', rounding: { mode: 'ceil', decimals: 19 } } },
    'input.rounding.decimals',
  ],
] as const)('%j is rejected with the field %s', (change, field) => {
  expect(rejectMeter({ ...draft, ...change }, 0)).toMatchObject({ reason: 'InvalidInput', field });
});

test('a tenant has a bounded number of meters', () => {
  expect(rejectMeter(draft, METERS_MAX)).toMatchObject({ reason: 'InvalidInput' });
});

test('a meter reads its property and those of its filters, each once', () => {
  expect(readsOf({ type: 'count' })).toEqual([]);
  const filters = [
    { property: 'g', in: ['a'] },
    { property: 'n', notIn: ['0'] },
  ];
  expect(readsOf({ type: 'sum', property: 'n', filters })).toEqual(['n', 'g']);
});
