import { unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import { addMs } from '@tollgate/kernel/time/time';
import type { RefundOutcome } from '../../providers/domain/provider.js';
import type { Moment } from './attempt.js';
import type { PaymentEvent } from './event.js';
import { backoffMs } from './pause.js';
import type { Attempt, PartRefund, Payment, Refund } from './state.js';

/** The provider was asked to give money back. */
export interface RefundAnswered {
  readonly type: 'RefundAnswered';
  readonly attempt: number;
  /** Which part; absent where it was all. */
  readonly refundId?: string;
  readonly outcome: RefundOutcome;
}

/** A part of what was captured goes back, once for each id. */
export interface RefundPart {
  readonly type: 'RefundPart';
  readonly refundId: string;
  readonly money: Money;
  readonly why: string;
}

type Of<T extends PaymentEvent['type']> = PaymentEvent & { readonly type: T };
export type RefundEvent = Of<'RefundStarted' | 'RefundUnavailable' | 'Refunded' | 'RefundRejected'>;

/** Gives an attempt's money back, once. */
export function refund(
  { refunds }: Pick<Payment, 'refunds'>,
  { number, outcome }: Attempt,
  { why, at }: Pick<Moment, 'at'> & { readonly why: string },
): PaymentEvent[] {
  const known = outcome === 'refunded' || refunds.some((one) => one.attempt === number && one.part === null);
  return known ? [] : [{ type: 'RefundStarted', attempt: number, why, at }];
}

/** Starts giving a part back; more than is left is never asked for. */
export function refundPart(
  payment: Payment,
  { refundId, money, why, at }: RefundPart & Moment,
): PaymentEvent[] {
  const { phase, attempts, parts } = payment;
  const attempt = attempts.at(-1);
  if (phase.name !== 'succeeded' || attempt === undefined || parts.some(({ id }) => id === refundId))
    return [];
  if (money.minor > refundableMinor(payment)) return [];
  return [{ type: 'RefundStarted', attempt: attempt.number, why, at, refundId, money }];
}

/** What a payment captured and has neither given back nor is about to, in minor units; nothing where no provider took it. */
export function refundableMinor({ phase, attempts, parts, withdrawn, money }: Payment): bigint {
  const attempt = attempts.at(-1);
  if (phase.name !== 'succeeded' || attempt === undefined || withdrawn !== null) return 0n;
  const gone = parts.filter(({ outcome }) => outcome !== 'rejected');
  return gone.reduce((left, part) => left - part.money.minor, (attempt.taken?.money ?? money).minor);
}

/** The invoice is void: what was captured goes back, and what may still be captured will. */
export function withdraw(
  payment: Payment,
  { why, at }: { readonly why: string } & Pick<Moment, 'at'>,
): PaymentEvent[] {
  const { phase, withdrawn, attempts } = payment;
  if (withdrawn !== null || (phase.name !== 'capturing' && phase.name !== 'succeeded')) return [];
  const captured = phase.name === 'succeeded' ? attempts.at(-1) : undefined;
  const back = captured === undefined ? [] : refund(payment, captured, { why, at });
  return [{ type: 'PaymentWithdrawn', why, at }, ...back];
}

/** What came of asking; a transient fault is tried again until its outcome is known. */
export function refundAnswered(
  { refunds }: Payment,
  { attempt, refundId, outcome, at, clock }: RefundAnswered & Moment,
): PaymentEvent[] {
  const asked = refunds.find((one) => one.attempt === attempt && one.part?.id === refundId);
  if (asked === undefined) return [];
  const of = { attempt, ...(refundId !== undefined && { refundId }) };
  switch (outcome.outcome) {
    case 'refunded':
      return [{ type: 'Refunded', ...of, refund: outcome.refund, at }];
    case 'rejected':
      return [{ type: 'RefundRejected', ...of, why: outcome.why, at }];
    case 'unavailable': {
      const { why, answered = false } = outcome;
      const dueAt = addMs(clock, backoffMs(asked.failures));
      return [{ type: 'RefundUnavailable', ...of, why, dueAt, ...(answered && { answered }) }];
    }
    default:
      return unreachable(outcome);
  }
}

/** The payment after money went back, or should have. */
export function refundEvolved(state: Payment, event: RefundEvent): Payment {
  const { attempt, refundId } = event;
  const isIt = (one: Refund) => one.attempt === attempt && one.part?.id === refundId;
  const others = state.refunds.filter((one) => !isIt(one));
  switch (event.type) {
    case 'RefundStarted':
      return started(state, event);
    case 'RefundUnavailable': {
      const answers = event.answered === true ? 1 : 0;
      const again = (one: Refund): Refund => ({
        ...one,
        ...{ failures: one.failures + 1, answers: one.answers + answers, notBefore: event.dueAt },
      });
      return { ...state, refunds: state.refunds.map((one) => (isIt(one) ? again(one) : one)) };
    }
    case 'RefundRejected': {
      const { why, at } = event;
      return {
        ...state,
        refunds: others,
        parts: ended(state.parts, refundId, { outcome: 'rejected', why, at }),
      };
    }
    case 'Refunded': {
      if (refundId === undefined) return refunded({ ...state, refunds: others }, event);
      const { at } = event;
      const parts = ended(state.parts, refundId, { outcome: 'refunded', why: null, at });
      return { ...state, refunds: others, parts };
    }
    default:
      return unreachable(event);
  }
}

function started(state: Payment, { attempt, refundId, money, at }: Of<'RefundStarted'>): Payment {
  const part = refundId === undefined || money === undefined ? null : { id: refundId, money };
  const refunds = [...state.refunds, { attempt, part, failures: 0, answers: 0, at, notBefore: null }];
  if (part === null) return { ...state, refunds };
  return { ...state, refunds, parts: [...state.parts, { ...part, outcome: 'pending', why: null, at }] };
}

function ended(
  parts: readonly PartRefund[],
  id: string | undefined,
  end: Pick<PartRefund, 'outcome' | 'why' | 'at'>,
): readonly PartRefund[] {
  return parts.map((one) => (one.id === id ? { ...one, ...end } : one));
}

function refunded(state: Payment, { attempt, at }: Of<'Refunded'>): Payment {
  const attempts = state.attempts.map((one): Attempt =>
    one.number === attempt ? { ...one, outcome: 'refunded', at } : one,
  );
  const { phase } = state;
  const isOwn = phase.name === 'succeeded' && attempts.at(-1)?.number === attempt;
  if (!isOwn) return { ...state, attempts };
  return { ...state, attempts, phase: { name: 'refunded', reference: phase.reference, at } };
}
