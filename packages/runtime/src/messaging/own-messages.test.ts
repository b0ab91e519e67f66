import { expect, test } from 'vitest';
import type { Envelope } from '@tollgate/contracts/envelope';
import { newId } from '../base/new-id.js';
import { keepOwn, readEnvelope, takeOwn } from './own-messages.js';

test('what was written here is taken back once, letter by letter, and not checked again', () => {
  const envelope = message();
  const text = JSON.stringify(envelope);
  keepOwn([{ text, envelope }]);
  expect(takeOwn(envelope.id, `${text} `)).toBeUndefined();
  expect(takeOwn(envelope.id, text)).toBe(envelope);
  expect(takeOwn(envelope.id, text)).toBeUndefined();
  expect(readEnvelope(envelope).envelope).toBe(envelope);
});

test('what was written elsewhere is parsed and checked', () => {
  const envelope = message();
  expect(takeOwn(envelope.id, JSON.stringify(envelope))).toBeUndefined();
  expect(readEnvelope(envelope).envelope).toEqual(envelope);
  expect(readEnvelope({ ...envelope, tenant: 'nobody' }).envelope).toBeNull();
});

function message(): Envelope {
  const tenant = newId('ten');
  return {
    id: newId('evt'),
    type: 'customer.changed',
    version: 1,
    tenant,
    key: `${tenant}:cus`,
    occurredAt: '2024-05-01T00:00:00.000Z',
    correlation: 'req',
    cause: 'req',
    actor: 'system',
    data: { any: 'thing' },
  };
}
