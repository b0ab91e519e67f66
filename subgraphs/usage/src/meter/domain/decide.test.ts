import { given } from '@tollgate/testing/given';
import { test } from 'vitest';
import { meterDecider, type CreateMeter } from './decide.js';

const AT = '2024-05-01T00:00:00.000Z';
const draft = { code: 'calls', name: 'Calls', eventType: 'llm.call', metric: { type: 'count' } } as const;
const create: CreateMeter = {
  type: 'create',
  draft,
  id: 'mtr_a',
  version: 3,
  others: [{ code: 'tokens' }],
  at: AT,
};
const meter = { ...draft, id: 'mtr_a', version: 3, createdAt: AT };

test('a meter that makes sense is made, with the next version of the set', () => {
  given(meterDecider)
    .when(create)
    .then([{ type: 'meter.created', meter }]);
});

test('a code is taken once, and what makes no sense is rejected', () => {
  given(meterDecider)
    .when({ ...create, others: [{ code: 'calls' }] })
    .then({ reason: 'MeterCodeTaken', code: 'calls' });
  given(meterDecider)
    .when({ ...create, draft: { ...draft, code: 'Calls' } })
    .then({ reason: 'InvalidInput', field: 'input.code' });
});

test('a meter that is there stays as it is', () => {
  given(meterDecider, [{ type: 'meter.created', meter }])
    .when(create)
    .then([]);
});
