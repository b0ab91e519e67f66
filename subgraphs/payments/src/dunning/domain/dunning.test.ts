import { weekdayOf } from '@tollgate/kernel/time/calendar';
import {
  addMs,
  dateOf,
  daysBetween,
  instant,
  localDate,
  timeOf,
  timeZone,
  UTC,
} from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dunningSchedule, type DunningPolicy, type DunningSchedule, type FailedPayment } from './dunning.js';

const policy = (extra: Partial<DunningPolicy> = {}): DunningPolicy => ({
  retryAfterDays: [3, 5, 7],
  skipWeekends: false,
  onHardDecline: 'stop',
  terminalAction: 'cancel',
  ...extra,
});
const failed = (extra: Partial<FailedPayment> = {}): FailedPayment => ({
  firstFailureAt: instant('2024-05-01T10:00:00Z'),
  decline: 'soft',
  timeZone: UTC,
  ...extra,
});

function scheduleOf(rules: DunningPolicy, payment: FailedPayment): DunningSchedule {
  const decision = dunningSchedule(rules, payment);
  if (!decision.ok) throw new Error(`refused: ${decision.rejection.field}`);
  return decision.schedule;
}

const anyDays = fc
  .array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 })
  .map((days) => [...days].sort((a, b) => a - b));
const anyZone = fc.constantFrom(
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'].map(timeZone),
);
const anyStart = fc
  .nat(365 * 86_400)
  .map((seconds) => addMs(instant('2024-01-01T00:00:00Z'), seconds * 1_000));

describe('dunning', () => {
  test('attempts ascend, each on a day of its own, and none on a weekend when they are skipped', () => {
    fc.assert(
      fc.property(anyDays, anyZone, anyStart, fc.boolean(), (days, zone, firstFailureAt, skipWeekends) => {
        const rules = policy({ retryAfterDays: days, skipWeekends, attemptTime: '12:00' });
        const { attempts } = scheduleOf(rules, failed({ firstFailureAt, timeZone: zone }));
        const dates = attempts.map((at) => dateOf(at, zone));
        expect(new Set(dates).size).toBe(dates.length);
        expect([...attempts].sort()).toEqual(attempts);
        for (const at of attempts) expect(timeOf(at, zone)).toBe('12:00:00.000');
        if (!skipWeekends) return;
        for (const date of dates)
          expect(weekdayOf(daysBetween(localDate('1970-01-01'), date))).toBeLessThanOrEqual(5);
      }),
    );
  });

  test('a payment that is recovered loses nothing but the access that ended before', () => {
    const rules = policy({ revokeAfterDays: 4 });
    const first = scheduleOf(rules, failed({ succeedsOnAttempt: 1 }));
    expect(first).toMatchObject({ outcome: 'recovered', action: null, actionAt: null, revokeAt: null });
    const second = scheduleOf(rules, failed({ succeedsOnAttempt: 2 }));
    expect(second.attempts).toHaveLength(2);
    expect(second.revokeAt).toBe('2024-05-05T10:00:00.000Z');
  });

  test('without retries the terminal action comes with the first failure', () => {
    const schedule = scheduleOf(policy({ retryAfterDays: [] }), failed());
    const at = failed().firstFailureAt;
    expect(schedule).toMatchObject({ attempts: [], outcome: 'exhausted', actionAt: at, revokeAt: at });
  });

  test('success comes with the last attempt at the latest, and never without one', () => {
    expect(scheduleOf(policy(), failed({ succeedsOnAttempt: 9 }))).toMatchObject({
      outcome: 'recovered',
      attempts: scheduleOf(policy(), failed()).attempts,
    });
    const stopped = scheduleOf(policy(), failed({ decline: 'hard', succeedsOnAttempt: 1 }));
    expect(stopped).toMatchObject({ outcome: 'stopped', attempts: [], action: 'cancel' });
  });

  test('a hard decline is retried where the policy says so', () => {
    const payment = failed({ decline: 'hard' });
    expect(scheduleOf(policy(), payment).outcome).toBe('stopped');
    expect(scheduleOf(policy({ onHardDecline: 'retry' }), payment).attempts).toHaveLength(3);
  });

  test.each([
    ['retries that go back in time', policy({ retryAfterDays: [5, 3] }), {}, 'policy.retryAfterDays[1]'],
    ['a retry on the same day', policy({ retryAfterDays: [0] }), {}, 'policy.retryAfterDays[0]'],
    ['half a day', policy({ retryAfterDays: [1, 2.5] }), {}, 'policy.retryAfterDays[1]'],
    ['too many retries', policy({ retryAfterDays: Array<number>(101).fill(1) }), {}, 'policy.retryAfterDays'],
    ['no time of day', policy({ attemptTime: '24:00' }), {}, 'policy.attemptTime'],
    ['grace below zero', policy({ revokeAfterDays: -1 }), {}, 'policy.revokeAfterDays'],
    ['half an attempt', policy(), { succeedsOnAttempt: 1.5 }, 'succeedsOnAttempt'],
    ['attempt zero', policy(), { succeedsOnAttempt: 0 }, 'succeedsOnAttempt'],
  ])('%s: refused with the field', (_what, rules, extra, field) => {
    expect(dunningSchedule(rules, failed(extra))).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field },
    });
  });
});
