import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysInMonth } from '@tollgate/kernel/time/calendar';
import {
  addMs,
  civilOf,
  dateOf,
  instant,
  localDate,
  timeZone,
  type Instant,
} from '@tollgate/kernel/time/time';
import { close, creation, NUL, played, version } from '../../../test/subscription-story.js';
import type { Billed, OpenedPeriod } from './billed.js';
import { isOpen, type SubscriptionEvent } from './state.js';
import type { SubscriptionCommand } from './subscription.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Auckland',
  'Asia/Kathmandu',
  'Pacific/Apia',
];
const anySubscription = fc.record({
  zone: fc.constantFrom(...ZONES),
  day: fc.integer({ min: 1, max: 31 }),
  month: fc.constantFrom('01', '03', '05', '07', '08', '10', '12'),
  year: fc.integer({ min: 2019, max: 2026 }),
  unit: fc.constantFrom('month' as const, 'year' as const),
  count: fc.integer({ min: 1, max: 3 }),
});
type AnySubscription = typeof anySubscription extends fc.Arbitrary<infer T> ? T : never;
const started = ({ zone, day, month, year, unit, count }: AnySubscription) => {
  const date = `${year}-${month}-${String(day).padStart(2, '0')}`;
  return creation({
    customer: { id: `cus_${NUL}`, timeZone: timeZone(zone), currency: 'USD' },
    version: { ...version, interval: { unit, count } },
    startsOn: localDate(date),
    now: addMs(instant(`${date}T00:00:00Z`), DAY_MS),
  });
};
const DAY_MS = 86_400_000;

test('advancing in one step or in many gives the same periods', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(anySubscription, steps, (input, daysAhead) => {
      const creating = started(input);
      const end = daysAhead.reduce((at, ahead) => addMs(at, ahead * DAY_MS), creating.now);
      const inOne = played(creating, { type: 'CancelSubscription', when: 'NOW', creditTo: null, now: end });
      let at: Instant = creating.now;
      let many = played(creating);
      for (const ahead of daysAhead) {
        at = addMs(at, ahead * DAY_MS);
        const commands: SubscriptionCommand[] = [];
        for (let state = many.state; isOpen(state) && state.open.period.to <= at;) {
          commands.push(close(state.open.index));
          state = played(creating, ...many.events.flatMap(replayed), ...commands).state;
        }
        many = played(creating, ...many.events.flatMap(replayed), ...commands);
      }
      const ending = played(creating, ...many.events.flatMap(replayed), {
        type: 'CancelSubscription',
        when: 'NOW',
        creditTo: null,
        now: end,
      });
      expect(ending.events).toEqual(inOne.events);
    }),
    { numRuns: 60 },
  );
});

/** The command behind each close. */
const replayed = (event: SubscriptionEvent): SubscriptionCommand[] =>
  isRenewal(event) ? [close(event.opens.index - 1)] : [];

type Renewal = Billed & { readonly opens: OpenedPeriod };
const isRenewal = (event: SubscriptionEvent): event is Renewal =>
  event.type === 'SubscriptionBilled' && event.closes !== null && event.opens !== null;

test('periods follow each other without gap or overlap, and never drift from the billing day', () => {
  fc.assert(
    fc.property(anySubscription, (input) => {
      const creating = started(input);
      const { events } = played(creating, ...Array.from({ length: 14 }, (_, index) => close(index)));
      const periods = events.flatMap((event) =>
        event.type === 'SubscriptionBilled' && event.opens !== null ? [event.opens.period] : [],
      );
      expect(periods).toHaveLength(15);
      for (const [index, period] of periods.entries()) {
        expect(period.from < period.to).toBe(true);
        const { year, month, day } = civilOf(dateOf(period.from, timeZone(input.zone)));
        expect(day).toBe(Math.min(input.day, daysInMonth(year, month)));
        if (index > 0) expect(periods[index - 1]?.to).toBe(period.from);
      }
    }),
    { numRuns: 60 },
  );
});
