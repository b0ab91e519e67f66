import { assert, unreachable } from '@tollgate/kernel/assert';
import type { PaymentEvent } from './event.js';
import { refundEvolved } from './refund.js';
import { currentAttempt, type Attempt, type Orphan, type Payment, type PaymentState } from './state.js';

type Of<T extends PaymentEvent['type']> = PaymentEvent & { readonly type: T };

/** The state after an event. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentStarted') return started(event);
  if (event.type === 'OfflinePaymentRecorded') return recorded(event);
  assert(state !== null, 'a stream begins with PaymentStarted');
  switch (event.type) {
    case 'AttemptStarted':
      return attempted(state, event);
    case 'AttemptUnavailable':
      return unavailable(state, event);
    case 'FailedOver':
      return state;
    case 'Authorised':
      return authorised(state, event);
    case 'ActionRequired':
      return actionRequired(state, event);
    case 'ActionTaken':
      return { ...state, phase: { name: 'authorising', dueAt: event.at, notBefore: null } };
    case 'Declined':
      return declined(state, event);
    case 'ActionAwaited':
    case 'CaptureStarted':
    case 'CaptureUnavailable':
    case 'CapturePending':
      return waited(state, event);
    case 'CaptureLapsed':
      return withAttempt(state, event.attempt, { outcome: 'lapsed', code: event.why, at: event.at });
    case 'Captured':
      return capturedBy(state, event);
    case 'OrphanNoted':
    case 'OrphanUnavailable':
    case 'OrphanUntouched':
    case 'OrphanVoided':
    case 'OrphanTaken':
      return orphanAfter(state, event);
    case 'RefundStarted':
    case 'RefundUnavailable':
    case 'Refunded':
    case 'RefundRejected':
      return refundEvolved(state, event);
    case 'AmountLowered':
      return { ...state, money: event.money };
    case 'PaymentSucceeded':
    case 'PaymentDeclined':
    case 'PaymentCancelled':
    case 'PaymentWithdrawn':
      return ended(state, event);
    default:
      return unreachable(event);
  }
}

function started(event: Of<'PaymentStarted'>): Payment {
  const { paymentId, invoiceId, customerId, money, description, route, cause, at } = event;
  return {
    id: paymentId,
    invoiceId,
    customerId,
    money,
    description,
    route,
    startedAt: at,
    settledAt: null,
    round: 1,
    ...(cause !== undefined && { cause }),
    attempts: [],
    orphans: [],
    refunds: [],
    parts: [],
    offline: null,
    withdrawn: null,
    phase: { name: 'authorising', dueAt: at, notBefore: null },
  };
}

/** It is over with its beginning: no provider is asked. */
function recorded({ reference, ...event }: Of<'OfflinePaymentRecorded'>): Payment {
  const { at } = event;
  const begun = started({ ...event, type: 'PaymentStarted', description: '', route: [] });
  return { ...begun, offline: reference, settledAt: at, phase: { name: 'succeeded', reference, at } };
}

function attempted(state: Payment, event: Of<'AttemptStarted'>): Payment {
  const attempt: Attempt = {
    number: event.attempt,
    ...event.stop,
    asked: state.money,
    outcome: 'pending',
    code: null,
    reference: null,
    authorisation: null,
    redirectUrl: null,
    taken: null,
    failures: 0,
    at: event.at,
  };
  const { outage: _outage, ...rest } = state;
  return {
    ...rest,
    round: event.round,
    ...(event.outage === true && { outage: true as const }),
    attempts: [...state.attempts, attempt],
    phase: { name: 'authorising', dueAt: event.dueAt, notBefore: null },
  };
}

function unavailable(state: Payment, event: Of<'AttemptUnavailable'>): Payment {
  const changed = withAttempt(state, event.attempt, (one) => ({
    outcome: 'unavailable',
    code: event.why,
    reference: event.reference ?? one.reference,
    failures: one.failures + 1,
    at: event.at,
  }));
  return { ...changed, phase: { name: 'authorising', dueAt: event.at, notBefore: event.dueAt } };
}

function authorised(state: Payment, { attempt, reference, authorisation, at }: Of<'Authorised'>): Payment {
  return withAttempt(state, attempt, { outcome: 'authorised', code: null, reference, authorisation, at });
}

function actionRequired(state: Payment, event: Of<'ActionRequired'>): Payment {
  const { attempt, reference, redirectUrl, dueAt, at } = event;
  const { outage: _outage, ...reached } = state;
  return {
    ...withAttempt(reached, attempt, { outcome: 'requires_action', code: null, reference, redirectUrl, at }),
    phase: { name: 'confirming', looks: 0, dueAt },
  };
}

function declined(state: Payment, event: Of<'Declined'>): Payment {
  return withAttempt(state, event.attempt, (one) => ({
    outcome: 'declined',
    code: event.code,
    ...(event.hard && { hard: true as const }),
    reference: event.reference ?? one.reference,
    at: event.at,
  }));
}

function capturedBy(state: Payment, { attempt, capture, money, at }: Of<'Captured'>): Payment {
  return withAttempt(state, attempt, { outcome: 'captured', taken: { capture, money }, at });
}

type Ended = Of<'PaymentSucceeded' | 'PaymentDeclined' | 'PaymentCancelled' | 'PaymentWithdrawn'>;

function ended(state: Payment, event: Ended): Payment {
  const { at } = event;
  switch (event.type) {
    case 'PaymentSucceeded':
      return { ...state, settledAt: at, phase: { name: 'succeeded', reference: event.reference, at } };
    case 'PaymentDeclined':
      return { ...state, phase: { name: 'declined', code: event.code, at } };
    case 'PaymentCancelled':
      return cancelled(state, event);
    case 'PaymentWithdrawn':
      return { ...state, withdrawn: event.why };
    default:
      return unreachable(event);
  }
}

type Waited = Of<'ActionAwaited' | 'CaptureStarted' | 'CaptureUnavailable' | 'CapturePending'>;

/** What is waited for next, and until when. */
function waited(state: Payment, { type, dueAt }: Waited): Payment {
  const { phase } = state;
  if (type === 'CaptureStarted')
    return { ...state, phase: { name: 'capturing', failures: 0, pending: 0, dueAt } };
  if (type === 'ActionAwaited') {
    assert(phase.name === 'confirming', 'only a payment that waits is waited for');
    return { ...state, phase: { ...phase, looks: phase.looks + 1, dueAt } };
  }
  assert(phase.name === 'capturing', 'only a capture under way fails or is pending');
  return type === 'CaptureUnavailable'
    ? { ...state, phase: { ...phase, failures: phase.failures + 1, dueAt } }
    : { ...state, phase: { ...phase, pending: phase.pending + 1, dueAt } };
}

type Orphaned = Of<'OrphanNoted' | 'OrphanUnavailable' | 'OrphanUntouched' | 'OrphanVoided' | 'OrphanTaken'>;

function orphanAfter(state: Payment, event: Orphaned): Payment {
  switch (event.type) {
    case 'OrphanNoted':
      return orphanNoted(state, event);
    case 'OrphanUnavailable':
      return withOrphan(state, event, (one) => ({ failures: one.failures + 1 }));
    case 'OrphanUntouched':
      return withOrphan(state, event, (one) => ({ untouched: one.untouched + 1 }));
    case 'OrphanVoided':
      return withoutOrphan(state, event.attempt);
    case 'OrphanTaken':
      return withAttempt(withoutOrphan(state, event.attempt), event.attempt, (one) => ({
        outcome: 'captured',
        authorisation: event.authorisation ?? one.authorisation,
      }));
    default:
      return unreachable(event);
  }
}

function orphanNoted(state: Payment, event: Of<'OrphanNoted'>): Payment {
  const orphan = { attempt: event.attempt, failures: 0, untouched: 0, dueAt: event.dueAt };
  const changed = withAttempt(state, event.attempt, (one) => ({
    reference: event.reference ?? one.reference,
    authorisation: event.authorisation ?? one.authorisation,
  }));
  return { ...changed, orphans: [...withoutOrphan(state, event.attempt).orphans, orphan] };
}

function cancelled(state: Payment, { why, at }: Of<'PaymentCancelled'>): Payment {
  const last = currentAttempt(state);
  const called = last === null ? state : withAttempt(state, last.number, { outcome: 'cancelled', at });
  return { ...called, phase: { name: 'cancelled', why, at } };
}

type AttemptChange = Partial<Attempt> | ((attempt: Attempt) => Partial<Attempt>);

function withAttempt(state: Payment, number: number, change: AttemptChange): Payment {
  const changed = (one: Attempt): Attempt => ({
    ...one,
    ...(typeof change === 'function' ? change(one) : change),
  });
  return { ...state, attempts: state.attempts.map((one) => (one.number === number ? changed(one) : one)) };
}

function withoutOrphan(state: Payment, attempt: number): Payment {
  return { ...state, orphans: state.orphans.filter((one) => one.attempt !== attempt) };
}

function withOrphan(
  state: Payment,
  { attempt, dueAt }: Of<'OrphanUnavailable' | 'OrphanUntouched'>,
  change: (orphan: Orphan) => Partial<Orphan>,
): Payment {
  return {
    ...state,
    orphans: state.orphans.map((one) => (one.attempt === attempt ? { ...one, ...change(one), dueAt } : one)),
  };
}
