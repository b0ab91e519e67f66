import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDaysToDate, dateOf, startOfDate, timeZone } from '@tollgate/kernel/time/time';
import { creation, decide, version } from '../../../test/subscription-story.js';
import type { CreateSubscription } from './start.js';
import { dueAt } from './due.js';
import { firstPeriod } from './periods.js';
import { fold, isOpen, type SubscriptionEvent } from './state.js';

const ZONES = ['UTC', 'America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe'];
const asked = fc.record({
  zone: fc.constantFrom(...ZONES).map(timeZone),
  back: fc.integer({ min: 0, max: 366 }),
  cycle: fc.oneof(
    fc.record({
      alignment: fc.constant('anniversary' as const),
      interval: fc.record({
        unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
        count: fc.integer({ min: 1, max: 3 }),
      }),
    }),
    fc.record({
      alignment: fc.constant('calendar' as const),
      interval: fc.record({ unit: fc.constant('month' as const), count: fc.constantFrom(1, 3) }),
    }),
  ),
  trialDays: fc.integer({ min: 0, max: 40 }),
});

/** What comes of a subscription whose timers fire one by one, up to an instant. */
function stepByStep(command: CreateSubscription, now: CreateSubscription['now']): SubscriptionEvent[] {
  const [created] = eventsOf(command);
  if (created === undefined) throw new Error('it was made');
  const events = [created];
  for (let state = fold(events); state.status !== 'none'; state = fold(events)) {
    const at = state.status === 'scheduled' ? firstPeriod(state.contract).period.from : null;
    const next = at ?? (isOpen(state) ? state.open.period.to : null);
    const due = next === null || next > now ? null : dueAt(state, next);
    if (due === null) return events;
    const decided = decide(due, state);
    if (!decided.ok) throw new Error(decided.rejection.reason);
    events.push(...decided.events);
  }
  return events;
}

function eventsOf(command: CreateSubscription): readonly SubscriptionEvent[] {
  const decided = decide(command, fold([]));
  if (!decided.ok) throw new Error(decided.rejection.reason);
  return decided.events;
}

test('periods that are over are billed alike, all at once with a start in the past or one by one', () => {
  fc.assert(
    fc.property(asked, ({ zone, back, cycle, trialDays }) => {
      const base = creation();
      const startsOn = addDaysToDate(dateOf(base.now, zone), -back);
      const command: CreateSubscription = {
        ...base,
        ...{ customer: { ...base.customer, timeZone: zone }, startsOn, trialDays },
        version: { ...version, ...cycle },
      };
      const before = startOfDate(addDaysToDate(startsOn, -1), zone);
      const slowly = stepByStep({ ...command, now: before }, base.now).slice(1);
      expect(eventsOf(command).slice(1)).toEqual(slowly);
    }),
    { numRuns: 60 },
  );
});
