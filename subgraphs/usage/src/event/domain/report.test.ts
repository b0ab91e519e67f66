import { expect, test } from 'vitest';
import type { Instant } from '@tollgate/kernel/time/time';
import { arrange } from './batch.js';
import { byEventType, type Meter } from '../../meter/domain/meter.js';
import { isRejected, readReport, windowAt, type ReportedEvent } from './report.js';

const CUSTOMER = 'cus_01hf0000000000000000000000';
const NOW = '2024-05-03T10:00:00.000Z' as Instant;
const meter = (property: string | null): Meter => ({
  id: `mtr_${property}`,
  code: property ?? 'calls',
  name: 'Meter',
  eventType: 'llm.call',
  metric: property === null ? { type: 'count' } : { type: 'sum', property },
  version: 1,
  createdAt: NOW,
  externalId: null,
});
const rules = {
  meters: byEventType([meter(null), meter('tokens')]),
  customers: new Set([CUSTOMER]),
  named: new Map([['crm-1', CUSTOMER]]),
  subscriptions: new Map<string, string>(),
  keepsUnknown: false,
};
const event = (changes: Partial<ReportedEvent> = {}): ReportedEvent => ({
  id: 'e1',
  customerId: CUSTOMER,
  type: 'llm.call',
  timestamp: '2024-05-03T09:59:59.123456Z',
  properties: { tokens: 7 },
  ...changes,
});
const read = (changes: Partial<ReportedEvent>) => readReport([event(changes)], rules)[0]!;
const codeOf = (changes: Partial<ReportedEvent>) => {
  const result = read(changes);
  return isRejected(result) ? result.code : (result.rejection?.code ?? 'fine');
};

test.each([
  [{ id: '' }, 'INVALID_ID'],
  [{ id: 'x'.repeat(129) }, 'INVALID_ID'],
  [{ id: 'a\u0000b' }, 'INVALID_ID'],
  [{ id: 'a\u001fb' }, 'INVALID_ID'],
  [{ id: 'half \ud800' }, 'INVALID_ID'],
  [{ id: 'ünï-🎉' }, 'fine'],
  [{ timestamp: 'yesterday' }, 'INVALID_TIMESTAMP'],
  [{ timestamp: '2024-02-30T00:00:00Z' }, 'INVALID_TIMESTAMP'],
  [{ timestamp: '2024-05-03T24:00:00Z' }, 'INVALID_TIMESTAMP'],
  [{ timestamp: '0000-05-03T10:00:00Z' }, 'INVALID_TIMESTAMP'],
  [{ customerId: 'cus_01hf0000000000000000000001' }, 'UNKNOWN_CUSTOMER'],
  [{ type: 'other' }, 'UNKNOWN_METER'],
  [{ properties: null }, 'fine'],
  [{ customerExternalId: 'crm-1' }, 'UNKNOWN_CUSTOMER'],
  [{ customerId: null }, 'UNKNOWN_CUSTOMER'],
  [{ customerId: null, customerExternalId: 'crm-2' }, 'UNKNOWN_CUSTOMER'],
  [{ customerId: null, customerExternalId: 'crm-1' }, 'fine'],
  [{ properties: { tokens: 'many' } }, 'INVALID_PROPERTY'],
  [{ properties: { tokens: 2_251_799_813_685_249.3 } }, 'INVALID_PROPERTY'],
  [{ properties: { tokens: -1 } }, 'NEGATIVE_QUANTITY'],
  [{ properties: { tokens: 1, note: 'x'.repeat(9_000) } }, 'TOO_LARGE'],
  [{ properties: { tokens: 1, note: 'a\u0000' } }, 'INVALID_PROPERTY'],
  [{ properties: { tokens: 1, note: '\ud800' } }, 'INVALID_PROPERTY'],
  [{ properties: { tokens: 1, note: 'a literal \\u0000' } }, 'fine'],
] as const)('%j reads as %s', (changes, code) => {
  expect(codeOf(changes)).toBe(code);
});

test('timestamps keep their microseconds and become UTC', () => {
  expect(read({})).toMatchObject({
    at: '2024-05-03T09:59:59.123456Z',
    atMs: Date.UTC(2024, 4, 3, 9, 59, 59, 123),
  });
  expect(read({ timestamp: '2024-05-03T11:59:59.1234569+02:00' })).toMatchObject({
    at: '2024-05-03T09:59:59.123456Z',
    atMs: Date.UTC(2024, 4, 3, 9, 59, 59, 123),
  });
  expect(read({ timestamp: '2024-05-03T09:59:59Z' })).toMatchObject({
    atMs: Date.UTC(2024, 4, 3, 9, 59, 59),
  });
  expect(read({ timestamp: '2024-05-03T09:59:59.5Z' })).toMatchObject({
    atMs: Date.UTC(2024, 4, 3, 9, 59, 59, 500),
  });
});

test('timestamps of different minutes in one report do not disturb each other', () => {
  const times = ['2024-05-03T09:59:59Z', '2024-05-03T10:00:01Z', '2024-05-03T09:59:58Z'];
  const reads = readReport(
    times.map((timestamp, i) => event({ id: `e${i}`, timestamp })),
    rules,
  );
  expect(reads.map((one) => (isRejected(one) ? null : one.atMs))).toEqual(
    times.map((time) => Date.parse(time)),
  );
});

test('the first of an id is stored, later ones and those that may not be stored are compared', () => {
  const reads = readReport(
    [
      event({ id: 'a' }),
      event({ id: 'b', timestamp: '2024-03-01T00:00:00Z' }),
      event({ id: 'a', properties: { tokens: 8 } }),
      event({ id: 'c', type: 'other' }),
      event({ id: 'd', timestamp: '2024-05-03T10:05:00Z' }),
      event({ id: 'e', timestamp: '2024-05-03T10:05:00.001Z' }),
      event({ id: 'f', customerId: 'nobody' }),
    ],
    rules,
  );
  const batch = arrange([reads.slice(0, 2), reads.slice(2)], windowAt(NOW));
  expect(batch.firsts.map((slot) => slot.candidate.id)).toEqual(['a', 'd']);
  expect(batch.others.map((slot) => slot.candidate.id)).toEqual(['b', 'a', 'c', 'e']);
  expect(batch.outcomes[1]?.[4]).toMatchObject({ code: 'UNKNOWN_CUSTOMER' });
});

test('a meter reads what it needs: texts of any kind, decimals of any sign unless it adds them up', () => {
  const codeWith = (metric: Meter['metric'], properties: Record<string, unknown>) => {
    const meters = byEventType([{ ...meter(null), metric }]);
    const [result] = readReport([event({ properties })], { ...rules, meters });
    if (result === undefined || isRejected(result)) throw new Error('the event is well-formed');
    return result.rejection?.code ?? 'fine';
  };
  expect(codeWith({ type: 'unique_count', property: 'user' }, {})).toBe('fine');
  expect(codeWith({ type: 'unique_count', property: 'user' }, { user: { nested: 1 } })).toBe('fine');
  expect(codeWith({ type: 'max', property: 'n' }, { n: '-5.5' })).toBe('fine');
  expect(codeWith({ type: 'latest', property: 'n' }, {})).toBe('INVALID_PROPERTY');
  expect(codeWith({ type: 'average', property: 'n' }, { n: 'many' })).toBe('INVALID_PROPERTY');
  expect(codeWith({ type: 'sum', property: 'n' }, { n: '-5.5' })).toBe('NEGATIVE_QUANTITY');
  expect(codeWith({ type: 'sum', property: 'n' }, { n: '1'.repeat(25) })).toBe('INVALID_PROPERTY');
});

test('a property that is missing keeps an event from the meters that read it, and from no other', () => {
  const lacking = (properties: Record<string, unknown>) => {
    const result = read({ properties });
    if (isRejected(result)) throw new Error('the event is well-formed');
    return { lacks: result.lacks, counted: result.readings.map((reading) => reading !== null) };
  };
  expect(lacking({ tokens: 7 })).toEqual({ lacks: [], counted: [true, true] });
  expect(lacking({})).toEqual({ lacks: ['tokens'], counted: [true, false] });
  expect(lacking({ tokens: null })).toEqual({ lacks: ['tokens'], counted: [true, false] });
  const batch = arrange([readReport([event({ properties: {} })], rules)], windowAt(NOW));
  expect(batch.outcomes).toEqual([[{ lacks: ['tokens'] }]]);
  const alone = { ...rules, meters: byEventType([meter('tokens'), { ...meter('tokens'), id: 'mtr_2' }]) };
  const [refused] = readReport([event({ properties: {} })], alone);
  expect(refused !== undefined && !isRejected(refused) && refused.rejection?.code).toBe('INVALID_PROPERTY');
});
