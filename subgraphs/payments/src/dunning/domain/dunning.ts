import { weekdayOf } from '@tollgate/kernel/time/calendar';
import { reject, type Rejection } from '@tollgate/kernel/decision';
import {
  addDaysToDate,
  dateOf,
  daysBetween,
  instantOf,
  localDate,
  timeOf,
  type Instant,
  type LocalDate,
  type TimeZone,
} from '@tollgate/kernel/time/time';

/** `none`: nothing happens to what the invoice is of. */
export type TerminalAction = 'cancel' | 'pause' | 'mark_uncollectible' | 'none';

/** When a declined payment is tried again, and what happens when it never succeeds. */
export interface DunningPolicy {
  /** Days after the first failure, ascending. */
  readonly retryAfterDays: readonly number[];
  /** Local `HH:mm`; without it the time of day of the first failure. */
  readonly attemptTime?: string;
  /** An attempt on a Saturday or Sunday moves to Monday. */
  readonly skipWeekends: boolean;
  readonly onHardDecline: 'stop' | 'retry';
  readonly terminalAction: TerminalAction;
  /** Access ends so many days after the first failure, however many attempts are left. */
  readonly revokeAfterDays?: number;
}

export interface FailedPayment {
  readonly firstFailureAt: Instant;
  readonly decline: 'soft' | 'hard';
  readonly timeZone: TimeZone;
  /** The attempt (from 1, at most the last one) that gets the money; without it none does. */
  readonly succeedsOnAttempt?: number;
}

export interface DunningSchedule {
  readonly attempts: readonly Instant[];
  readonly outcome: 'recovered' | 'exhausted' | 'stopped';
  /** Null when the payment is recovered. */
  readonly action: TerminalAction | null;
  readonly actionAt: Instant | null;
  /** Null when access is never revoked. */
  readonly revokeAt: Instant | null;
}

export interface InvalidDunning extends Rejection {
  readonly reason: 'InvalidInput';
  readonly field: string;
}

export type DunningDecision =
  | { readonly ok: true; readonly schedule: DunningSchedule }
  | { readonly ok: false; readonly rejection: InvalidDunning };

export const RETRIES_MAX = 100;
export const RETRY_AFTER_DAYS_MAX = 3_650;

const EPOCH = localDate('1970-01-01');
const SATURDAY = 6;
const WEEK_DAYS = 7;
const ATTEMPT_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The whole course of dunning, in local wall-clock time: a clock change does not move an attempt. */
export function dunningSchedule(policy: DunningPolicy, payment: FailedPayment): DunningDecision {
  const rejection = refusePolicy(policy);
  if (rejection !== null) return { ok: false, rejection };
  const success = payment.succeedsOnAttempt;
  if (success !== undefined && (!Number.isInteger(success) || success < 1))
    return { ok: false, rejection: invalid('succeedsOnAttempt', 'Attempts count from 1.') };
  const isStopped = payment.decline === 'hard' && policy.onHardDecline === 'stop';
  const planned = isStopped ? [] : attemptsOf(policy, payment);
  const attempts = planned.slice(0, success);
  const recoveredAt = success === undefined ? undefined : attempts.at(-1);
  if (recoveredAt === undefined)
    return { ok: true, schedule: lost(policy, payment, { attempts: planned, isStopped }) };
  const grace = graceEnd(policy, payment);
  const revokeAt = grace !== null && grace < recoveredAt ? grace : null;
  return { ok: true, schedule: { attempts, outcome: 'recovered', action: null, actionAt: null, revokeAt } };
}

function lost(
  policy: DunningPolicy,
  payment: FailedPayment,
  { attempts, isStopped }: { readonly attempts: readonly Instant[]; readonly isStopped: boolean },
): DunningSchedule {
  const outcome = isStopped ? 'stopped' : 'exhausted';
  const actionAt = attempts.at(-1) ?? payment.firstFailureAt;
  const grace = graceEnd(policy, payment);
  const revokeAt = grace !== null && grace < actionAt ? grace : actionAt;
  return { attempts, outcome, action: policy.terminalAction, actionAt, revokeAt };
}

function attemptsOf(policy: DunningPolicy, { firstFailureAt, timeZone }: FailedPayment): Instant[] {
  const failedOn = dateOf(firstFailureAt, timeZone);
  const time = policy.attemptTime ?? timeOf(firstFailureAt, timeZone);
  const dates = policy.retryAfterDays.map((days) => {
    const date = addDaysToDate(failedOn, days);
    return policy.skipWeekends ? workday(date) : date;
  });
  return dates
    .filter((date, index) => date !== dates[index - 1])
    .map((date) => instantOf(date, time, timeZone));
}

/** Weekends do not move it. */
function graceEnd({ revokeAfterDays }: DunningPolicy, payment: FailedPayment): Instant | null {
  if (revokeAfterDays === undefined) return null;
  const { firstFailureAt, timeZone } = payment;
  const date = addDaysToDate(dateOf(firstFailureAt, timeZone), revokeAfterDays);
  return instantOf(date, timeOf(firstFailureAt, timeZone), timeZone);
}

/** The date itself, or the Monday after a weekend. */
function workday(date: LocalDate): LocalDate {
  const weekday = weekdayOf(daysBetween(EPOCH, date));
  return weekday < SATURDAY ? date : addDaysToDate(date, WEEK_DAYS + 1 - weekday);
}

function refusePolicy(policy: DunningPolicy): InvalidDunning | null {
  const { retryAfterDays, attemptTime, revokeAfterDays } = policy;
  if (retryAfterDays.length > RETRIES_MAX)
    return invalid('policy.retryAfterDays', `There are at most ${RETRIES_MAX} retries.`);
  const bad = retryAfterDays.findIndex(
    (days, index) => !isDays(days) || days < 1 || days < (retryAfterDays[index - 1] ?? 1),
  );
  if (bad >= 0)
    return invalid(`policy.retryAfterDays[${bad}]`, 'Retries come 1 day later or more, in order.');
  if (attemptTime !== undefined && !ATTEMPT_TIME.test(attemptTime))
    return invalid('policy.attemptTime', 'A time of day is HH:mm.');
  if (revokeAfterDays !== undefined && !isDays(revokeAfterDays))
    return invalid('policy.revokeAfterDays', 'Days are a whole number of 0 or more.');
  return null;
}

function isDays(days: number): boolean {
  return Number.isInteger(days) && days >= 0 && days <= RETRY_AFTER_DAYS_MAX;
}

function invalid(field: string, message: string): InvalidDunning {
  return reject({ reason: 'InvalidInput' as const, field, message }).rejection;
}
