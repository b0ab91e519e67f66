import { addMs, instant } from '@tollgate/kernel/time/time';
import { expect, test } from 'vitest';
import type { Meter } from '../../meter/domain/meter.js';
import {
  byCustomer,
  combineAllTallies,
  combineTallies,
  countIn,
  figuresOf,
  spansOf,
  type CountedEvent,
} from './tallies.js';

const from = instant('2024-05-01T00:00:00Z');
const to = instant('2024-06-01T00:00:00Z');
const meter: Meter = {
  externalId: null,
  id: 'mtr_a',
  code: 'a',
  name: 'A',
  eventType: 'use',
  metric: { type: 'sum', property: 'n' },
  version: 1,
  createdAt: from,
};
const event = (ms: number, quantity: number, customerId = 'cus_a'): CountedEvent => ({
  customerId,
  atMs: Date.parse(from) + ms,
  meters: [meter],
  readings: [{ quantity, text: '', times: 1, place: '' }],
});

test('events count in a period from its first instant to just before its end', () => {
  const length = Date.parse(to) - Date.parse(from);
  const tallies = countIn({ from, to }, [event(-1, 1), event(0, 2), event(length - 1, 4), event(length, 8)]);
  expect(figuresOf(meter, tallies.get('mtr_a'))).toEqual({ quantity: '6', events: 2 });
});

test('two neighbouring periods hold what the whole holds', () => {
  const events = [event(0, 1), event(5_000, 2), event(9_999, 4)];
  const cut = addMs(from, 5_000);
  const halves = combineTallies(countIn({ from, to: cut }, events), countIn({ from: cut, to }, events));
  expect(halves).toEqual(countIn({ from, to }, events));
});

test('a meter without usage has used nothing, and an event that brings nothing is no event of it', () => {
  const empty = { ...event(0, 1), readings: [null] };
  expect(countIn({ from, to }, [empty]).size).toBe(0);
  expect(figuresOf(meter, undefined)).toEqual({ quantity: '0', events: 0 });
});

test('spans reach from the first to the last event of each customer', () => {
  const spans = spansOf(byCustomer([event(7, 1), event(3, 1), event(5, 1, 'cus_b')]));
  const start = Date.parse(from);
  expect(spans).toEqual([
    { customerId: 'cus_a', fromMs: start + 3, toMs: start + 7 },
    { customerId: 'cus_b', fromMs: start + 5, toMs: start + 5 },
  ]);
});

test('all parts together hold what they hold one after the other, and a hundred parts of many texts are quick', () => {
  const unique: Meter = { ...meter, id: 'mtr_u', metric: { type: 'unique_count', property: 'who' } };
  const met = (text: string) => ({
    ...event(0, 1),
    meters: [unique],
    readings: [{ quantity: 1, text, times: 1, place: '' }],
  });
  const parts = Array.from({ length: 100 }, (_, part) =>
    countIn({ from, to }, [
      event(part, part),
      ...Array.from({ length: 500 }, (_two, i) => met(`${part % 2 ? part : 'same'} ${i}`)),
    ]),
  );
  const few = parts.slice(0, 5);
  expect(combineAllTallies(few)).toEqual(few.reduce(combineTallies, new Map()));
  const before = process.cpuUsage();
  expect(figuresOf(unique, combineAllTallies(parts).get('mtr_u'))).toEqual({
    quantity: '25500',
    events: 50_000,
  });
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(100);
});
