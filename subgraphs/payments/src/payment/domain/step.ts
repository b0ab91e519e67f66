import { unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Attempt, Orphan, Payment, Refund } from './state.js';

/**
 * When a step is due. What decides the payment is due by the tenant's clock, which waits for it; a transient fault puts
 * it off by the system's. What only looks after the provider follows the system's clock, and no tenant's waits for it.
 */
export type Due =
  | { readonly clock: 'tenant'; readonly at: Instant; readonly notBefore: Instant | null }
  | { readonly clock: 'system'; readonly at: Instant };

/** Something to ask a provider. */
export interface Step {
  readonly kind: 'authorise' | 'capture' | 'look' | 'void' | 'refund';
  readonly attempt: Attempt;
  readonly due: Due;
  /** How often it was asked before, without an answer. */
  readonly tries: number;
  /** Of a refund: the part that goes back, and how often the provider answered with a fault; absent where it is all. */
  readonly part?: { readonly id: string; readonly money: Money; readonly answers: number };
}

/** What is left to ask: the payment's own next step, the money to give back next, and the hold to release next. */
export function stepsOf(payment: Payment): readonly Step[] {
  return [mainStep(payment), refundStep(payment), releaseStep(payment)].filter((step) => step !== null);
}

function mainStep({ phase, attempts, outage }: Payment): Step | null {
  const attempt = attempts.at(-1);
  if (attempt === undefined) return null;
  switch (phase.name) {
    case 'authorising': {
      const { dueAt, notBefore } = phase;
      const due: Due =
        outage === true
          ? { clock: 'system', at: notBefore ?? dueAt }
          : { clock: 'tenant', at: dueAt, notBefore };
      return { kind: 'authorise', attempt, due, tries: attempt.failures };
    }
    case 'confirming':
      return { kind: 'look', attempt, due: { clock: 'system', at: phase.dueAt }, tries: phase.looks };
    case 'capturing': {
      const { dueAt, failures, pending } = phase;
      if (pending > 0) return { kind: 'look', attempt, due: { clock: 'system', at: dueAt }, tries: pending };
      const notBefore = failures > 0 ? dueAt : null;
      return {
        kind: 'capture',
        attempt,
        due: { clock: 'tenant', at: attempt.at, notBefore },
        tries: failures,
      };
    }
    case 'succeeded':
    case 'refunded':
    case 'declined':
    case 'cancelled':
      return null;
    default:
      return unreachable(phase);
  }
}

function refundStep({ refunds, attempts }: Payment): Step | null {
  const first = refunds.reduce<Refund | null>(
    (earliest, one) => (earliest === null || earlier(one, earliest) ? one : earliest),
    null,
  );
  const attempt = attempts.find((one) => one.number === first?.attempt);
  if (first === null || attempt === undefined) return null;
  const { at, notBefore, failures: tries, part, answers } = first;
  const due = { clock: 'tenant', at, notBefore } as const;
  return { kind: 'refund', attempt, due, tries, ...(part !== null && { part: { ...part, answers } }) };
}

function earlier({ notBefore }: Refund, than: Refund): boolean {
  return than.notBefore !== null && (notBefore === null || notBefore < than.notBefore);
}

function releaseStep({ orphans, attempts }: Payment): Step | null {
  const first = orphans.reduce<Orphan | null>(
    (earliest, one) => (earliest === null || one.dueAt < earliest.dueAt ? one : earliest),
    null,
  );
  const attempt = attempts.find((one) => one.number === first?.attempt);
  if (first === null || attempt === undefined) return null;
  return { kind: 'void', attempt, due: { clock: 'system', at: first.dueAt }, tries: first.failures };
}
