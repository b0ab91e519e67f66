import { expect, test } from 'vitest';
import { addMs } from '@tollgate/kernel/time/time';
import {
  AMOUNT,
  answer,
  AT,
  authorised,
  captured,
  PAYPAL,
  Story,
  STRIPE,
  unavailable,
} from '../../../test/payment-story.js';
import type { PaymentInput } from './payment.js';
import { stepsOf } from './step.js';

const HOUR_MS = 3_600_000;

test('a hold is captured, and then nothing is left to do', () => {
  const story = new Story([STRIPE, PAYPAL]);
  expect(story.next).toBe('authorise 1 stripe');
  expect(story.tell(answer(1, authorised('a')))).toEqual(['Authorised', 'CaptureStarted']);
  expect(story.next).toBe('capture 1 stripe');
  expect(story.tell(captured(1))).toEqual(['Captured', 'PaymentSucceeded']);
  expect(story.next).toBe('done');
});

test('without a payment method the payment is declined at once', () => {
  const story = new Story([]);
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'no_payment_method' });
  expect(story.next).toBe('done');
});

test('a decline asks nobody else', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, { outcome: 'declined', code: 'card_declined', hard: false }));
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'card_declined' });
  expect(story.next).toBe('done');
});

test('an unreachable provider is asked twice with the same attempt, then the next one', () => {
  const story = new Story([STRIPE, PAYPAL]);
  expect(story.tell(answer(1, unavailable('no')))).toEqual(['AttemptUnavailable']);
  expect(story.next).toBe('authorise 1 stripe');
  expect(story.tell(answer(1, unavailable('no')))).toEqual([
    'AttemptUnavailable',
    'OrphanNoted',
    'FailedOver',
    'AttemptStarted',
  ]);
  expect(story.next).toBe('authorise 2 paypal');
});

test('a hold that may have been left behind is voided, after the payment itself', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, unavailable('maybe', 'ref_a')));
  story.tell(answer(1, unavailable('no')));
  expect(story.next).toBe('authorise 2 paypal');
  story.tell(answer(2, authorised('b')));
  story.tell(captured(2));
  expect(story.next).toBe('void 1 stripe');
  expect(stepsOf(story.payment)[0]?.attempt.reference).toBe('ref_a');
  story.tell({
    type: 'VoidAnswered',
    attempt: 1,
    outcome: { outcome: 'voided', authorisation: 'a' },
  });
  expect(story.next).toBe('done');
});

test('"nothing is held" is believed the second time only: a late request may still arrive', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, unavailable('maybe')));
  story.tell(answer(1, unavailable('maybe')));
  story.tell(answer(2, { outcome: 'declined', code: 'card_declined', hard: false }));
  const untouched: PaymentInput = { type: 'VoidAnswered', attempt: 1, outcome: { outcome: 'nothing_held' } };
  expect(story.tell(untouched)).toEqual(['OrphanUntouched']);
  expect(story.next).toBe('void 1 stripe');
  expect(story.tell(untouched)).toEqual(['OrphanVoided']);
});

test('what decides a payment is due by the tenant’s clock, what looks after it by the system’s', () => {
  const story = new Story([STRIPE, PAYPAL]);
  const clocks = () => stepsOf(story.payment).map(({ kind, due }) => `${kind}: ${due.clock}`);
  expect(stepsOf(story.payment)[0]?.due).toEqual({ clock: 'tenant', at: AT, notBefore: null });
  story.tell(answer(1, unavailable('maybe', 'ref_a')));
  expect(stepsOf(story.payment)[0]?.due).toEqual({
    clock: 'tenant',
    at: AT,
    notBefore: addMs(story.clock, 1_000),
  });
  story.tell(answer(1, unavailable('no')));
  expect(clocks()).toEqual(['authorise: tenant', 'void: system']);
  story.tell(answer(2, authorised('b')));
  expect(clocks()).toEqual(['capture: tenant', 'void: system']);
  expect(stepsOf(story.payment)[0]?.due).toEqual({ clock: 'tenant', at: AT, notBefore: null });
  story.tell({ type: 'CaptureAnswered', attempt: 2, outcome: { outcome: 'pending', capture: 'c' } });
  expect(clocks()).toEqual(['look: system', 'void: system']);
});

test('a capture is never taken elsewhere: it is repeated until it is known', () => {
  const story = new Story([STRIPE, PAYPAL]);
  story.tell(answer(1, authorised('a')));
  for (let tries = 0; tries < 50; tries += 1) {
    story.tell({ type: 'CaptureAnswered', attempt: 1, outcome: unavailable('maybe') });
    expect(story.next).toBe('capture 1 stripe');
  }
  story.tell(captured(1));
  expect(story.payment.phase.name).toBe('succeeded');
});

test('a capture under way cannot be called off', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  expect(story.tell({ type: 'Cancel', why: 'void' })).toEqual([]);
  expect(story.next).toBe('capture 1 stripe');
});

test('what is captured for an invoice that is void is given back, until the provider has done it', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  expect(story.tell({ type: 'Withdraw', why: 'invoice_void' })).toEqual(['PaymentWithdrawn']);
  expect(story.next).toBe('capture 1 stripe');
  expect(story.tell(captured(1))).toEqual(['Captured', 'PaymentSucceeded', 'RefundStarted']);
  const lost: PaymentInput = { type: 'RefundAnswered', attempt: 1, outcome: unavailable('maybe') };
  expect(story.tell(lost)).toEqual(['RefundUnavailable']);
  expect(story.next).toBe('refund 1 stripe');
  const given: PaymentInput = {
    type: 'RefundAnswered',
    attempt: 1,
    outcome: { outcome: 'refunded', refund: 're_1' },
  };
  expect(story.tell(given)).toEqual(['Refunded']);
  expect(story.tell(given)).toEqual([]);
  expect(story.payment.phase.name).toBe('refunded');
  expect(story.next).toBe('done');
});

test('money in another currency settles nothing and is given back', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  const outcome = {
    outcome: 'captured',
    capture: 'ch_1',
    money: { minor: 2_000n, currency: 'JPY' },
  } as const;
  expect(story.tell({ type: 'CaptureAnswered', attempt: 1, outcome })).toEqual([
    'Captured',
    'PaymentDeclined',
    'RefundStarted',
  ]);
  expect(story.next).toBe('refund 1 stripe');
  story.tell({ type: 'RefundAnswered', attempt: 1, outcome: { outcome: 'refunded', refund: null } });
  expect(story.payment.phase).toMatchObject({ name: 'declined', code: 'other_currency' });
  expect(story.next).toBe('done');
});

test('of an invoice that is void no new hold is asked for when the old one is gone', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  story.tell({ type: 'Withdraw', why: 'invoice_void' });
  story.tell({ type: 'CaptureAnswered', attempt: 1, outcome: { outcome: 'lapsed', why: 'expired' } });
  expect(story.payment.phase.name).toBe('cancelled');
  expect(story.next).toBe('done');
});

test('a capture that is declined releases the hold', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  const outcome = { outcome: 'declined', code: 'provider_rejected', hard: false } as const;
  story.tell({ type: 'CaptureAnswered', attempt: 1, outcome });
  expect(story.payment.phase.name).toBe('declined');
  expect(story.next).toBe('void 1 stripe');
});

test('a payment that is called off releases what is held, also what is answered later', () => {
  const story = new Story([STRIPE]);
  expect(story.tell({ type: 'Cancel', why: 'void' })).toEqual(['PaymentCancelled', 'OrphanNoted']);
  expect(story.tell(answer(1, authorised('a')))).toEqual(['OrphanNoted']);
  expect(story.next).toBe('void 1 stripe');
  expect(stepsOf(story.payment)[0]?.attempt.authorisation).toBe('a');
});

test('a customer who confirms with the bank is charged', () => {
  const needsAction = answer(1, { outcome: 'requires_action', reference: 'ref_a' });
  const found = { outcome: 'found', reference: 'ref_a', money: AMOUNT } as const;
  const confirmed = new Story([STRIPE]);
  confirmed.tell(needsAction);
  expect(confirmed.next).toBe('look 1 stripe');
  const stillRefused = { ...found, status: 'declined', declineCode: 'authentication_required' } as const;
  expect(confirmed.tell({ type: 'WebhookSaid', reference: 'ref_a', found: stillRefused })).toEqual([]);
  confirmed.tell({
    type: 'WebhookSaid',
    reference: 'ref_a',
    found: { ...found, status: 'authorised', authorisation: 'a' },
  });
  expect(confirmed.next).toBe('capture 1 stripe');
});

test('what a customer approved in the wallet is asked for again, with the same attempt', () => {
  const story = new Story([PAYPAL]);
  story.tell(answer(1, { outcome: 'requires_action', reference: 'ref_a' }));
  const found = { outcome: 'found', reference: 'ref_a', money: AMOUNT, status: 'approved' } as const;
  expect(story.tell({ type: 'LookedUp', attempt: 1, found })).toEqual(['ActionTaken']);
  expect(story.next).toBe('authorise 1 paypal');
  expect(story.tell({ type: 'WebhookSaid', reference: 'ref_a', found })).toEqual([]);
  story.tell(answer(1, authorised('a')));
  expect(story.next).toBe('capture 1 paypal');
});

test('a customer who does not confirm is waited for, with ever longer pauses, until the invoice is settled otherwise', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, { outcome: 'requires_action', reference: 'ref_a' }));
  const waiting = { outcome: 'found', reference: 'ref_a', money: AMOUNT, status: 'requires_action' } as const;
  const begun = story.clock;
  for (let looks = 0; looks < 100; looks += 1) {
    story.waitForNext();
    story.tell({ type: 'LookedUp', attempt: 1, found: waiting });
    expect(story.next).toBe('look 1 stripe');
  }
  expect(story.clock > addMs(begun, HOUR_MS * 24 * 80)).toBe(true);
  expect(story.tell({ type: 'Cancel', why: 'invoice_paid' })).toEqual(['PaymentCancelled', 'OrphanNoted']);
  expect(story.next).toBe('void 1 stripe');
});

test('an expired hold is asked for anew', () => {
  const story = new Story([STRIPE]);
  story.tell(answer(1, authorised('a')));
  story.tell({ type: 'CaptureAnswered', attempt: 1, outcome: { outcome: 'lapsed', why: 'expired' } });
  expect(story.next).toBe('authorise 2 stripe');
});
