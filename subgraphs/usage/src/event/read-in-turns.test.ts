import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { byEventType, type Meter } from '../meter/domain/meter.js';
import { isRejected, readReport, type ReportedEvent } from './domain/report.js';
import { readInTurns, turnsOf } from './read-in-turns.js';

/** What one turn may keep a process from everybody else, in time of the processor: others may be at work beside the test. */
const BOUND_MS = 50;
const AT = instant('2024-05-03T10:00:00Z');

/** As many meters as there may be, each with as many filters as it may have, all of which the events pass. */
const meters = Array.from({ length: 200 }, (_, i): Meter => ({
  externalId: null,
  id: `mtr_${i}`,
  code: `m${i}`,
  name: 'M',
  eventType: 'use',
  metric: {
    type: 'sum',
    property: 'n',
    filters: Array.from({ length: 20 }, (_f, f) => ({
      property: `p${f}`,
      in: Array.from({ length: 100 }, (_v, v) => `value ${v}`),
    })),
  },
  version: i + 1,
  createdAt: AT,
}));
const passing = Object.fromEntries(Array.from({ length: 20 }, (_, f) => [`p${f}`, 'value 99']));
const events = Array.from({ length: 40 }, (_, i): ReportedEvent => ({
  id: `e${i}`,
  customerId: 'cus_a',
  type: 'use',
  timestamp: AT,
  properties: { ...passing, n: 1.5 },
}));
const rules = {
  meters: byEventType(meters),
  customers: new Set(['cus_a']),
  named: new Map<string, string>(),
  subscriptions: new Map<string, string>(),
  keepsUnknown: false,
};

test('a report to many meters with many filters is read in turns, and as it would be at once', async () => {
  const turns = turnsOf(events, rules.meters);
  expect(turns.flat()).toEqual(events);
  expect(turns.length).toBeGreaterThan(5);
  const reads = await readInTurns(events, rules);
  expect(reads).toEqual(readReport(events, rules));
  expect(reads.every((read) => !isRejected(read) && read.readings.every((one) => one !== null))).toBe(true);
});

test('no turn keeps anybody waiting', () => {
  const [turn = []] = turnsOf(events, rules.meters);
  const spent = Array.from({ length: 8 }, () => {
    const before = process.cpuUsage();
    readReport(turn, rules);
    return process.cpuUsage(before).user / 1_000;
  });
  expect(Math.min(...spent)).toBeLessThan(BOUND_MS);
});

test('a report of a few meters is read at once', () => {
  expect(turnsOf(events, byEventType(meters.slice(0, 2)))).toHaveLength(1);
});
