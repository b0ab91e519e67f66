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
  others: [{ code: 'tokens', externalId: 'crm-1' }],
  at: AT,
};
const meter = { ...draft, id: 'mtr_a', version: 3, createdAt: AT, externalId: null };

test('a meter that makes sense is made, with the next version of the set', () => {
  given(meterDecider)
    .when(create)
    .then([{ type: 'meter.created', meter, metadata: {} }]);
});

test('a meter has the tenant’s own id, which no other has, and what it notes on it', () => {
  const labels = { externalId: 'crm-2', metadata: { team: 'core' } };
  given(meterDecider)
    .when({ ...create, draft: { ...draft, ...labels } })
    .then([{ type: 'meter.created', meter: { ...meter, externalId: 'crm-2' }, metadata: { team: 'core' } }]);
  given(meterDecider)
    .when({ ...create, draft: { ...draft, externalId: 'crm-1' } })
    .then({ reason: 'ExternalIdTaken', externalId: 'crm-1' });
  given(meterDecider)
    .when({ ...create, draft: { ...draft, metadata: { team: 7 } } })
    .then({ reason: 'InvalidInput', field: 'input.metadata.team' });
});

test('a code is taken once, and what makes no sense is rejected', () => {
  given(meterDecider)
    .when({ ...create, others: [{ code: 'calls', externalId: null }] })
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
