import { expect, test } from 'vitest';
import { instant, toMs } from '@tollgate/kernel/time/time';
import type { Meter } from '../../meter/domain/meter.js';
import { isStopped, type Incoming, type Stop } from './stopped.js';

const period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };
const stop: Stop = { subscriptionId: 'sub_1', customerId: 'cus_1', period, meterIds: new Set(['mtr_a']) };
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
