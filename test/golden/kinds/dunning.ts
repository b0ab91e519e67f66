import { dunningSchedule, type DunningPolicy } from '#domain/payments/dunning/domain/dunning';
import { instant, parseTimeZone, type Instant } from '@tollgate/kernel/time/time';
import type { RunKind } from '../kind.js';

interface DunningInput {
  readonly policy: Partial<DunningPolicy> & Pick<DunningPolicy, 'retryAfterDays' | 'terminalAction'>;
  readonly firstFailureAt: string;
  readonly decline: 'soft' | 'hard';
  readonly timeZone?: string;
  readonly succeedsOnAttempt?: number;
}

export const run: RunKind = (raw) => {
  const input = raw as unknown as DunningInput;
  const timeZone = parseTimeZone(input.timeZone ?? 'UTC');
  if (timeZone === null) return { error: 'UNKNOWN_TIME_ZONE' };
  const { firstFailureAt, decline, succeedsOnAttempt } = input;
  const decision = dunningSchedule(
    { skipWeekends: false, onHardDecline: 'stop', ...input.policy },
    {
      firstFailureAt: instant(firstFailureAt),
      decline,
      timeZone,
      ...(succeedsOnAttempt === undefined ? {} : { succeedsOnAttempt }),
    },
  );
  if (!decision.ok) return { error: 'INVALID_INPUT', field: decision.rejection.field };
  const { attempts, outcome, action, actionAt, revokeAt } = decision.schedule;
  return {
    attempts: attempts.map(wholeSeconds),
    outcome,
    action,
    actionAt: actionAt === null ? null : wholeSeconds(actionAt),
    revokeAt: revokeAt === null ? null : wholeSeconds(revokeAt),
  };
};

const wholeSeconds = (at: Instant): string => at.replace(/\.\d{3}Z$/, 'Z');
