import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { PaymentEvent, RouteStop } from './event.js';
import type { ProviderName } from '../../providers/domain/provider.js';

export type AttemptOutcome =
  | 'pending'
  | 'authorised'
  | 'captured'
  | 'declined'
  | 'requires_action'
  | 'unavailable'
  | 'lapsed'
  | 'cancelled';

/** One hold asked of one provider. */
export interface Attempt {
  readonly number: number;
  readonly provider: ProviderName;
  readonly methodId: string;
  readonly outcome: AttemptOutcome;
  readonly code: string | null;
  /** What the provider finds it by; null while no answer named one. */
  readonly reference: string | null;
  readonly authorisation: string | null;
  /** Times the provider was asked and could not be heard. */
  readonly failures: number;
  readonly at: Instant;
}

/** A hold that must not stay: the payment went another way, or was called off. */
export interface Orphan {
  readonly attempt: number;
  readonly failures: number;
  /** Times the provider said that nothing is held; a request still under way may prove it wrong once. */
  readonly untouched: number;
  readonly dueAt: Instant;
}

export type Phase =
  | { readonly name: 'authorising'; readonly dueAt: Instant }
  | { readonly name: 'confirming'; readonly looks: number; readonly dueAt: Instant }
  | {
      readonly name: 'capturing';
      readonly failures: number;
      /** Looks after a capture that the provider settles later; 0: not pending. */
      readonly pending: number;
      readonly dueAt: Instant;
    }
  | { readonly name: 'succeeded'; readonly reference: string; readonly at: Instant }
  | { readonly name: 'declined'; readonly code: string; readonly at: Instant }
  | { readonly name: 'cancelled'; readonly why: string; readonly at: Instant };

export interface Payment {
  readonly id: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly money: Money;
  readonly description: string;
  readonly route: readonly RouteStop[];
  readonly startedAt: Instant;
  readonly round: number;
  readonly attempts: readonly Attempt[];
  readonly orphans: readonly Orphan[];
  readonly phase: Phase;
}

/** Null before it is started. */
export type PaymentState = Payment | null;

export const initial: PaymentState = null;

/** The attempt that the payment stands or falls with; null where there is no payment method. */
export function currentAttempt(payment: Payment): Attempt | null {
  return payment.attempts.at(-1) ?? null;
}

/** The state after an event. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentStarted') return started(event);
  assert(state !== null, 'a stream begins with PaymentStarted');
  switch (event.type) {
    case 'AttemptStarted':
      return attempted(state, event);
    case 'AttemptUnavailable':
      return {
        ...withAttempt(state, event.attempt, (one) => ({
          ...one,
          outcome: 'unavailable',
          code: event.why,
          reference: event.reference ?? one.reference,
          failures: one.failures + 1,
          at: event.at,
        })),
        phase: { name: 'authorising', dueAt: event.dueAt },
      };
    case 'FailedOver':
      return state;
    case 'Authorised':
      return withAttempt(state, event.attempt, (one) => ({
        ...one,
        outcome: 'authorised',
        code: null,
        reference: event.reference,
        authorisation: event.authorisation,
        at: event.at,
      }));
    case 'ActionRequired':
      return {
        ...withAttempt(state, event.attempt, (one) => ({
          ...one,
          outcome: 'requires_action',
          code: null,
          reference: event.reference,
          at: event.at,
        })),
        phase: { name: 'confirming', looks: 0, dueAt: event.dueAt },
      };
    case 'ActionAwaited':
      assert(state.phase.name === 'confirming', 'only a payment that waits is waited for');
      return {
        ...state,
        phase: { name: 'confirming', looks: state.phase.looks + 1, dueAt: event.dueAt },
      };
    case 'Declined':
      return withAttempt(state, event.attempt, (one) => ({
        ...one,
        outcome: 'declined',
        code: event.code,
        reference: event.reference ?? one.reference,
        at: event.at,
      }));
    case 'CaptureStarted':
      return { ...state, phase: { name: 'capturing', failures: 0, pending: 0, dueAt: event.dueAt } };
    case 'CaptureUnavailable':
      assert(state.phase.name === 'capturing', 'only a capture under way fails');
      return {
        ...state,
        phase: { ...state.phase, failures: state.phase.failures + 1, dueAt: event.dueAt },
      };
    case 'CapturePending':
      assert(state.phase.name === 'capturing', 'only a capture under way is pending');
      return { ...state, phase: { ...state.phase, pending: state.phase.pending + 1, dueAt: event.dueAt } };
    case 'CaptureLapsed':
      return withAttempt(state, event.attempt, (one) => ({
        ...one,
        outcome: 'lapsed',
        code: event.why,
        at: event.at,
      }));
    case 'Captured':
      return withAttempt(state, event.attempt, (one) => ({ ...one, outcome: 'captured', at: event.at }));
    case 'OrphanNoted':
      return orphaned(state, event);
    case 'OrphanUnavailable':
      return withOrphan(state, event.attempt, (one) => ({
        ...one,
        failures: one.failures + 1,
        dueAt: event.dueAt,
      }));
    case 'OrphanUntouched':
      return withOrphan(state, event.attempt, (one) => ({
        ...one,
        untouched: one.untouched + 1,
        dueAt: event.dueAt,
      }));
    case 'OrphanVoided':
      return withoutOrphan(state, event.attempt);
    case 'OrphanTaken':
      return withAttempt(withoutOrphan(state, event.attempt), event.attempt, (one) => ({
        ...one,
        outcome: 'captured',
      }));
    case 'PaymentSucceeded':
      return { ...state, phase: { name: 'succeeded', reference: event.reference, at: event.at } };
    case 'PaymentDeclined':
      return { ...state, phase: { name: 'declined', code: event.code, at: event.at } };
    case 'PaymentCancelled':
      return cancelled(state, event);
    default:
      return unreachable(event);
  }
}

type Of<T extends PaymentEvent['type']> = PaymentEvent & { readonly type: T };

function started(event: Of<'PaymentStarted'>): Payment {
  const { paymentId, invoiceId, customerId, money, description, route, at } = event;
  return {
    id: paymentId,
    invoiceId,
    customerId,
    money,
    description,
    route,
    startedAt: at,
    round: 1,
    attempts: [],
    orphans: [],
    phase: { name: 'authorising', dueAt: at },
  };
}

function attempted(state: Payment, event: Of<'AttemptStarted'>): Payment {
  const attempt: Attempt = {
    number: event.attempt,
    ...event.stop,
    outcome: 'pending',
    code: null,
    reference: null,
    authorisation: null,
    failures: 0,
    at: event.at,
  };
  return {
    ...state,
    round: event.round,
    attempts: [...state.attempts, attempt],
    phase: { name: 'authorising', dueAt: event.dueAt },
  };
}

function orphaned(state: Payment, event: Of<'OrphanNoted'>): Payment {
  const orphan = { attempt: event.attempt, failures: 0, untouched: 0, dueAt: event.dueAt };
  return {
    ...withAttempt(state, event.attempt, (one) => ({
      ...one,
      reference: event.reference ?? one.reference,
      authorisation: event.authorisation ?? one.authorisation,
    })),
    orphans: [...state.orphans.filter((one) => one.attempt !== event.attempt), orphan],
  };
}

function cancelled(state: Payment, { why, at }: Of<'PaymentCancelled'>): Payment {
  const last = currentAttempt(state);
  const called = last === null ? state : withAttempt(state, last.number, (one) => calledOff(one, at));
  return { ...called, phase: { name: 'cancelled', why, at } };
}

function calledOff(attempt: Attempt, at: Instant): Attempt {
  return { ...attempt, outcome: 'cancelled', at };
}

function withAttempt(state: Payment, number: number, change: (attempt: Attempt) => Attempt): Payment {
  return { ...state, attempts: state.attempts.map((one) => (one.number === number ? change(one) : one)) };
}

function withoutOrphan(state: Payment, attempt: number): Payment {
  return { ...state, orphans: state.orphans.filter((one) => one.attempt !== attempt) };
}

function withOrphan(state: Payment, attempt: number, change: (orphan: Orphan) => Orphan): Payment {
  return { ...state, orphans: state.orphans.map((one) => (one.attempt === attempt ? change(one) : one)) };
}
