import { unreachable } from '@tollgate/kernel/assert';
import { addMs } from '@tollgate/kernel/time/time';
import type { VoidOutcome } from '../../providers/domain/provider.js';
import type { Moment } from './attempt.js';
import type { PaymentEvent } from './event.js';
import { backoffMs, MINUTE_MS } from './pause.js';
import { takenBeside } from './reconcile.js';
import type { Attempt, Payment } from './state.js';

/** A provider was asked to release a hold. */
export interface VoidAnswered {
  readonly type: 'VoidAnswered';
  readonly attempt: number;
  readonly outcome: VoidOutcome;
}

const SECOND_LOOK_MS = 10 * MINUTE_MS;

/** What came of releasing a hold that the payment does not stand by. */
export function voidAnswered(payment: Payment, input: VoidAnswered & Moment): PaymentEvent[] {
  const { attempt, outcome, clock } = input;
  const orphan = payment.orphans.find((one) => one.attempt === attempt);
  if (orphan === undefined) return [];
  switch (outcome.outcome) {
    case 'voided':
      return [{ type: 'OrphanVoided', attempt }];
    case 'nothing_held':
      return orphan.untouched === 0
        ? [{ type: 'OrphanUntouched', attempt, dueAt: addMs(clock, SECOND_LOOK_MS) }]
        : [{ type: 'OrphanVoided', attempt }];
    case 'already_captured':
      return taken(payment, { number: attempt, authorisation: outcome.authorisation }, input);
    case 'unavailable': {
      const dueAt = addMs(clock, backoffMs(orphan.failures));
      return [{ type: 'OrphanUnavailable', attempt, why: outcome.why, dueAt }];
    }
    default:
      return unreachable(outcome);
  }
}

function taken(
  payment: Payment,
  { number, authorisation }: Pick<Attempt, 'number' | 'authorisation'>,
  moment: Moment,
): PaymentEvent[] {
  const attempt = payment.attempts.find((one) => one.number === number);
  return attempt === undefined ? [] : takenBeside(payment, { ...attempt, authorisation }, moment);
}
