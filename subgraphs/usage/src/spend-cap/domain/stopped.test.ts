import { expect, test } from 'vitest';
import { instant, toMs } from '@tollgate/kernel/time/time';
import { ALL_USAGE } from '@tollgate/kernel/price/filter';
import type { Meter } from '../../meter/domain/meter.js';
import { isStopped, type Incoming, type Stop } from './stopped.js';

const period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };
const all = (meterId: string) => ({ meterId, filter: ALL_USAGE });
const stop: Stop = { subscriptionId: 'sub_1', customerId: 'cus_1', period, usage: [all('mtr_a')] };
const meter = (id: string, subscriptionProperty?: string): Meter => ({
  ...{ id, code: id, name: id, eventType: 'use', version: 1, createdAt: period.from, externalId: null },
  metric: { type: 'count', ...(subscriptionProperty !== undefined && { subscriptionProperty }) },
});
const event = (changes: Partial<Incoming> = {}): Incoming => ({
  ...{ customerId: 'cus_1', atMs: toMs(period.from), meters: [meter('mtr_a')], properties: '{}' },
  ...changes,
});

test('events of the meters of a stopped subscription are stopped in its period, and no others', () => {
  expect(isStopped(event(), [stop])).toBe(true);
  expect(isStopped(event({ atMs: toMs(period.to) }), [stop])).toBe(false);
  expect(isStopped(event({ atMs: toMs(period.from) - 1 }), [stop])).toBe(false);
  expect(isStopped(event({ customerId: 'cus_2' }), [stop])).toBe(false);
  expect(isStopped(event({ meters: [meter('mtr_b')] }), [stop])).toBe(false);
  expect(isStopped(event(), [])).toBe(false);
});

test('of meters whose events name their subscription only those that name it are', () => {
  const meters = [meter('mtr_a', 'sub')];
  expect(isStopped(event({ meters, properties: '{"sub":"sub_1"}' }), [stop])).toBe(true);
  expect(isStopped(event({ meters, properties: '{"sub":"sub_2"}' }), [stop])).toBe(false);
});

test('of a price with a filter only what it is of is stopped, and nothing that the meter does not count', () => {
  const filtered = { ...stop, usage: [{ meterId: 'mtr_a', filter: [{ name: 'region', value: 'eu' }] }] };
  expect(isStopped(event({ properties: '{"region":"eu"}' }), [filtered])).toBe(true);
  expect(isStopped(event({ properties: '{"region":"us"}' }), [filtered])).toBe(false);
  expect(isStopped(event(), [filtered])).toBe(false);
  const filters = [{ property: 'kind', in: ['big'] }];
  const counting = { ...meter('mtr_a'), metric: { type: 'count' as const, filters } };
  expect(isStopped(event({ meters: [counting] }), [stop])).toBe(false);
});
