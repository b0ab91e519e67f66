import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant, UTC, type Instant } from '@tollgate/kernel/time/time';
import { isOver, nextRetry, type DunningRun, type DunningState, type TenantPolicy } from './run.js';
import { dunningDecider, type DunningCommand, type LivePayment } from './saga.js';

const AT = instant('2025-01-01T10:00:00.000Z');
const POLICY: TenantPolicy = {
  ...{ retryAfterDays: [2, 7], skipWeekends: false, onHardDecline: 'stop' },
  ...{ terminalAction: 'cancel', markUncollectible: true, revokeAfterDays: 5 },
};
const day = (n: number): Instant => instant(`2025-01-${String(n).padStart(2, '0')}T10:00:00.000Z`);

/** A run that is told things, one after the other. */
class Run {
  state: DunningState = null;

  constructor(private readonly policy: TenantPolicy | null = POLICY) {}

  tell(command: DunningCommand): string[] {
    const decided = dunningDecider.decide(command, this.state);
    if (!decided.ok) return [decided.rejection.reason];
    this.state = foldEvents(dunningDecider, decided.events, this.state);
    return decided.events.map(({ type }) => type);
  }

  failed(
    failure: 'soft' | 'hard' | 'action',
    { paymentId = 'pay_1', at = AT, begins = true } = {},
  ): string[] {
    return this.tell({ type: 'ChargeFailed', unpaid: this.#unpaid(), paymentId, begins, failure, at });
  }

  retry(
    index: number,
    { at = day(3), live = null as LivePayment, paymentId = `pay_r${index}` } = {},
  ): string[] {
    return this.tell({ type: 'Retry', index, live, paymentId, at });
  }

  fallDue(at: Instant): string[] {
    return this.tell({ type: 'FallDue', unpaid: this.#unpaid(), at });
  }

  get run(): DunningRun {
    return this.state!;
  }

  #unpaid() {
    const ids = { id: 'dun_1', invoiceId: 'inv_1', customerId: 'cus_1', subscriptionIds: ['sub_1'] };
    return { ...ids, timeZone: UTC, policy: this.policy };
  }
}

test('a declined charge is tried again on schedule, and ends unsuccessfully after the last retry', () => {
  const story = new Run();
  expect(story.failed('soft')).toEqual(['DunningStarted', 'FailingBegan']);
  expect(nextRetry(story.run)).toBe(day(3));
  expect(story.retry(0)).toEqual(['RetryStarted']);
  expect(story.failed('soft', { paymentId: 'pay_r0', at: day(3), begins: false })).toEqual([
    'ChargeDeclined',
  ]);
  expect(story.tell({ type: 'Revoke', at: day(6) })).toEqual(['AccessRevoked']);
  expect(story.retry(1, { at: day(8) })).toEqual(['RetryStarted']);
  const last = { paymentId: 'pay_r1', at: day(8), begins: false };
  expect(story.failed('soft', last)).toEqual(['ChargeDeclined', 'DunningEnded']);
  expect(story.run).toMatchObject({ outcome: 'exhausted', hasAccess: false, failingSince: AT });
  expect(story.tell({ type: 'Settle', outcome: 'recovered', at: day(9) })).toEqual(['DunningOver']);
  expect(story.run).toMatchObject({ hasAccess: true, failingSince: null });
});

test('what is told twice, or of a payment that somebody asked for, changes nothing', () => {
  const story = new Run();
  story.failed('soft');
  expect(story.failed('soft')).toEqual([]);
  expect(story.failed('hard', { paymentId: 'pay_asked', begins: false })).toEqual([]);
  story.retry(0);
  expect(story.retry(0, { paymentId: 'pay_again' })).toEqual([]);
  expect(story.run).toMatchObject({ past: 1, paymentId: 'pay_r0' });
});

test('a hard decline ends it at once: of the charge, and of a retry', () => {
  const first = new Run();
  expect(first.failed('hard')).toEqual(['DunningStarted', 'FailingBegan', 'AccessRevoked', 'DunningEnded']);
  expect(first.run.outcome).toBe('stopped');
  const later = new Run();
  later.failed('soft');
  later.retry(0);
  const hard = later.failed('hard', { paymentId: 'pay_r0', at: day(3), begins: false });
  expect(hard).toEqual(['ChargeDeclined', 'AccessRevoked', 'DunningEnded']);
  const going = new Run({ ...POLICY, onHardDecline: 'retry' });
  expect(going.failed('hard')).toEqual(['DunningStarted', 'FailingBegan']);
});

test('what needs the customer fails from the first retry on, and counts as declined at the last', () => {
  const story = new Run();
  expect(story.failed('action')).toEqual(['DunningStarted']);
  const live = { id: 'pay_1', waitsForCustomer: true };
  expect(story.retry(0, { live })).toEqual(['FailingBegan', 'RetrySkipped']);
  expect(story.retry(1, { live, at: day(8) })).toEqual(['RetrySkipped', 'AccessRevoked', 'DunningEnded']);
  expect(story.failed('soft', { at: day(9) })).toEqual([]);
});

test('a payment that is under way at a retry decides in its place', () => {
  const story = new Run();
  story.failed('soft');
  expect(story.retry(0, { live: { id: 'pay_asked', waitsForCustomer: false } })).toEqual(['RetryJoined']);
  const asked = { paymentId: 'pay_asked', at: day(3), begins: false };
  expect(story.failed('soft', asked)).toEqual(['ChargeDeclined']);
});

test('without a policy it fails until it is settled, and nothing is done', () => {
  const story = new Run(null);
  expect(story.failed('hard')).toEqual(['DunningStarted', 'FailingBegan']);
  expect(story.tell({ type: 'Pause', at: AT })).toEqual(['DunningNotActive']);
  expect(story.run).toMatchObject({ outcome: null, hasAccess: true, revokeAt: null });
});

test('retries stop with a write-off by hand, access still ends when it was to', () => {
  const story = new Run();
  story.failed('soft');
  expect(story.tell({ type: 'WriteOff', at: day(2) })).toEqual(['DunningEnded']);
  expect(story.retry(0)).toEqual([]);
  expect(story.tell({ type: 'Revoke', at: day(6) })).toEqual(['AccessRevoked']);
  expect(story.run.outcome).toBe('written_off');
});

test('staff holds retries: those meanwhile are left out, and one is made when none is left', () => {
  const story = new Run();
  story.failed('soft');
  expect(story.tell({ type: 'Pause', at: day(2) })).toEqual(['DunningPaused']);
  expect(story.tell({ type: 'Pause', at: day(2) })).toEqual([]);
  expect(story.retry(0)).toEqual(['RetrySkipped']);
  expect(story.retry(1, { at: day(8) })).toEqual(['RetrySkipped']);
  expect(story.run.outcome).toBeNull();
  const resume = { type: 'Resume', live: null, paymentId: 'pay_last', at: day(9) } as const;
  expect(story.tell(resume)).toEqual(['DunningResumed', 'RetryStarted']);
  const last = { paymentId: 'pay_last', at: day(9), begins: false };
  expect(story.failed('soft', last)).toEqual(['ChargeDeclined', 'AccessRevoked', 'DunningEnded']);
});

test('a due date that passes begins one that only watches; a payment ends it', () => {
  const story = new Run();
  expect(story.fallDue(day(5))).toEqual(['DunningStarted', 'FailingBegan']);
  expect(story.run).toMatchObject({ cause: 'past_due', policy: null, retries: [] });
  story.tell({ type: 'Settle', outcome: 'recovered', at: day(6) });
  expect(isOver(story.run)).toBe(true);
  expect(story.fallDue(day(7))).toEqual([]);
});

test('a policy without retries ends with the first failure', () => {
  const story = new Run({ ...POLICY, retryAfterDays: [] });
  expect(story.failed('action')).toEqual(['DunningStarted', 'FailingBegan', 'AccessRevoked', 'DunningEnded']);
});
