import type { InputReader } from '@tollgate/kernel/input';

/** What a tenant wants done about invoices that are not paid, as the setting is kept and told. */
export interface DunningPolicy {
  readonly retryAfterDays: readonly number[];
  readonly attemptTime?: string;
  readonly skipWeekends: boolean;
  readonly onHardDecline: 'stop' | 'retry';
  readonly revokeAfterDays?: number;
  readonly terminalAction: 'cancel' | 'pause' | 'none';
  readonly markUncollectible: boolean;
}

/** The same as it is sent. */
export interface DunningPolicyInput {
  readonly retryAfterDays: readonly number[];
  readonly attemptTime?: string | null | undefined;
  readonly skipWeekends?: boolean | null | undefined;
  readonly onHardDecline?: 'STOP' | 'RETRY' | null | undefined;
  readonly revokeAfterDays?: number | null | undefined;
  readonly terminalAction: 'CANCEL' | 'PAUSE' | 'NONE';
  readonly markUncollectible?: boolean | null | undefined;
}

/** Most retries of one invoice. */
export const RETRIES_MAX = 100;
/** Longest that anything of a policy may lie after the first failure. */
export const POLICY_DAYS_MAX = 3_650;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

const HARD = { STOP: 'stop', RETRY: 'retry' } as const;
const ACTIONS = { CANCEL: 'cancel', PAUSE: 'pause', NONE: 'none' } as const;
const HARD_INPUT = { stop: 'STOP', retry: 'RETRY' } as const;
const ACTION_INPUT = { cancel: 'CANCEL', pause: 'PAUSE', none: 'NONE' } as const;

/** Checks a policy: days in order, a time of day, all within their bounds. */
export function readDunning(fields: InputReader, input: DunningPolicyInput): DunningPolicy {
  const { retryAfterDays, attemptTime, revokeAfterDays } = input;
  readDays(fields, retryAfterDays);
  if (typeof attemptTime === 'string' && !TIME_OF_DAY.test(attemptTime))
    fields.reject('input.dunning.attemptTime', 'Give a time of day as HH:mm, for example 09:30.');
  const revoke =
    typeof revokeAfterDays === 'number'
      ? fields.integer('input.dunning.revokeAfterDays', revokeAfterDays, [0, POLICY_DAYS_MAX])
      : undefined;
  return {
    retryAfterDays,
    ...(typeof attemptTime === 'string' && { attemptTime }),
    skipWeekends: input.skipWeekends ?? false,
    onHardDecline: HARD[input.onHardDecline ?? 'STOP'],
    ...(revoke !== undefined && { revokeAfterDays: revoke }),
    terminalAction: ACTIONS[input.terminalAction],
    markUncollectible: input.markUncollectible ?? true,
  };
}

/** A policy as it would be sent. */
export function dunningInput(policy: DunningPolicy | null): DunningPolicyInput | null {
  if (policy === null) return null;
  const { onHardDecline, terminalAction } = policy;
  return {
    ...policy,
    onHardDecline: HARD_INPUT[onHardDecline],
    terminalAction: ACTION_INPUT[terminalAction],
  };
}

function readDays(fields: InputReader, days: readonly number[]): void {
  const path = 'input.dunning.retryAfterDays';
  if (days.length > RETRIES_MAX) fields.reject(path, `Give at most ${RETRIES_MAX} retries.`);
  for (const [index, day] of days.slice(0, RETRIES_MAX).entries()) {
    fields.integer(`${path}[${index}]`, day, [1, POLICY_DAYS_MAX]);
    if (day < (days[index - 1] ?? day))
      fields.reject(`${path}[${index}]`, 'Give the days in order, for example 2, 7, 14.');
  }
}
