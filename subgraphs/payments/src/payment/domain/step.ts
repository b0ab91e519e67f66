import { unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Attempt, Payment } from './state.js';

/** What to do next, and not before when (real time). */
export interface Step {
  readonly kind: 'authorise' | 'capture' | 'look' | 'void';
  readonly attempt: Attempt;
  readonly dueAt: Instant;
}

/** The next thing to ask a provider, earliest first; null where nothing is left to do. */
export function nextStep(payment: Payment): Step | null {
  const steps = [mainStep(payment), ...orphanSteps(payment)].filter((step) => step !== null);
  return steps.reduce<Step | null>(
    (first, step) => (first === null || step.dueAt < first.dueAt ? step : first),
    null,
  );
}

function mainStep({ phase, attempts }: Payment): Step | null {
  const attempt = attempts.at(-1);
  if (attempt === undefined) return null;
  switch (phase.name) {
    case 'authorising':
      return { kind: 'authorise', attempt, dueAt: phase.dueAt };
    case 'confirming':
      return { kind: 'look', attempt, dueAt: phase.dueAt };
    case 'capturing':
      return { kind: phase.pending > 0 ? 'look' : 'capture', attempt, dueAt: phase.dueAt };
    case 'succeeded':
    case 'declined':
    case 'cancelled':
      return null;
    default:
      return unreachable(phase);
  }
}

function orphanSteps({ orphans, attempts }: Payment): Step[] {
  return orphans.flatMap((orphan) => {
    const attempt = attempts.find((one) => one.number === orphan.attempt);
    return attempt === undefined ? [] : [{ kind: 'void' as const, attempt, dueAt: orphan.dueAt }];
  });
}
