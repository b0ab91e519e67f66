import { assert, unreachable } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { foldEvents, type Decider } from '@tollgate/kernel/decider';
import type { Instant, TimeZone } from '@tollgate/kernel/time/time';
import { dunningSchedule } from './dunning.js';
import {
  evolve,
  isOver,
  isRetrying,
  type DunningCause,
  type DunningEvent,
  type DunningRun,
  type DunningState,
  type TenantPolicy,
} from './run.js';

/** What a charge or a retry came to, short of success: that is told by the invoice. */
export type ChargeFailure = 'soft' | 'hard' | 'action';

/** What is known of an invoice that is not paid. */
export interface Unpaid {
  readonly id: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly subscriptionIds: readonly string[];
  readonly timeZone: TimeZone;
  /** Null where the tenant has none. */
  readonly policy: TenantPolicy | null;
}

/** What the payment that is under way at a retry does; null = none is. */
export type LivePayment = { readonly id: string; readonly waitsForCustomer: boolean } | null;

export type DunningCommand =
  /** A payment failed: the charge at finalisation begins a run, a retry goes on with it, others are nothing to it. */
  | {
      readonly type: 'ChargeFailed';
      readonly unpaid: Unpaid;
      readonly paymentId: string;
      readonly begins: boolean;
      readonly failure: ChargeFailure;
      readonly at: Instant;
    }
  /** The due date passed, and the customer sees to it that invoices are paid. */
  | { readonly type: 'FallDue'; readonly unpaid: Unpaid; readonly at: Instant }
  /** The time of a retry has come; `paymentId` is the one to start, should one be. */
  | {
      readonly type: 'Retry';
      readonly index: number;
      readonly live: LivePayment;
      readonly paymentId: string;
      readonly at: Instant;
    }
  | { readonly type: 'Revoke'; readonly at: Instant }
  | { readonly type: 'WriteOff'; readonly at: Instant }
  | { readonly type: 'Settle'; readonly outcome: 'recovered' | 'voided'; readonly at: Instant }
  | { readonly type: 'Pause'; readonly at: Instant }
  | {
      readonly type: 'Resume';
      readonly live: LivePayment;
      readonly paymentId: string;
      readonly at: Instant;
    };

export type DunningRejection =
  | (Rejection & { readonly reason: 'UnknownDunningRun' })
  | (Rejection & { readonly reason: 'DunningNotActive' });

type CommandOf<T extends DunningCommand['type']> = Extract<DunningCommand, { readonly type: T }>;

/** What becomes of invoices that are not paid. */
export const dunningDecider: Decider<DunningState, DunningCommand, DunningEvent, DunningRejection> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: DunningCommand, state: DunningState): Decision<DunningEvent, DunningRejection> {
  switch (command.type) {
    case 'ChargeFailed':
      return accept(...chargeFailed(command, state));
    case 'FallDue':
      return accept(...fallDue(command, state));
    case 'Retry':
      return accept(...(state === null ? [] : retryDue(command, state)));
    case 'Revoke':
      return accept(...(state === null || isOver(state) ? [] : revoked(state, command.at)));
    case 'WriteOff':
      return accept(...(state === null || !isRetrying(state) ? [] : [ended('written_off', command.at)]));
    case 'Settle':
      return accept(...(state === null || isOver(state) ? [] : [settled(command)]));
    case 'Pause':
    case 'Resume':
      return staff(command, state);
    default:
      return unreachable(command);
  }
}

function chargeFailed(command: CommandOf<'ChargeFailed'>, state: DunningState): DunningEvent[] {
  const { paymentId, failure, at } = command;
  if (state === null) return command.begins ? begun(command) : [];
  const isCharge = paymentId === state.chargeId;
  const isAwaited = paymentId === state.paymentId;
  if (isOver(state) || (!isCharge && !isAwaited)) return [];
  const declined: DunningEvent[] =
    isAwaited && failure !== 'action' ? [{ type: 'ChargeDeclined', hard: failure === 'hard', at }] : [];
  const failing = failure === 'action' ? [] : failed(state, at);
  const outcome = outcomeOf(state, { isCharge, failure });
  const end = outcome === null ? [] : endedWith(applied(state, failing), outcome, at);
  return [...declined, ...failing, ...end];
}

/** What needs the customer at the last retry counts as declined; null where it goes on, or is at its end already. */
function outcomeOf(
  run: DunningRun,
  { isCharge, failure }: { readonly isCharge: boolean; readonly failure: ChargeFailure },
): 'exhausted' | 'stopped' | null {
  if (!isRetrying(run) || run.policy === null) return null;
  if (failure === 'hard' && run.policy.onHardDecline === 'stop') return 'stopped';
  return !isCharge && run.past >= run.retries.length ? 'exhausted' : null;
}

/** The first failure: all that follows is planned from it. */
function begun({ unpaid, paymentId, failure, at }: CommandOf<'ChargeFailed'>): DunningEvent[] {
  const needsCustomer = failure === 'action';
  const cause: DunningCause = needsCustomer ? 'action_required' : 'declined';
  const start = startedFor(unpaid, { cause, chargeId: paymentId, failure, at });
  const run = applied(null, [start]);
  // Without a retry it fails at once, whatever it needs.
  const failing = needsCustomer && run.retries.length > 0 ? [] : failed(run, at);
  if (run.policy === null || run.retries.length > 0) return [start, ...failing];
  const stops = failure === 'hard' && run.policy.onHardDecline === 'stop';
  return [start, ...failing, ...endedWith(applied(run, failing), stops ? 'stopped' : 'exhausted', at)];
}

interface FirstFailure {
  readonly cause: DunningCause;
  readonly chargeId: string | null;
  readonly failure: ChargeFailure;
  readonly at: Instant;
}

function startedFor({ timeZone, policy, ...head }: Unpaid, first: FirstFailure): DunningEvent {
  const { failure, ...said } = first;
  const plan = policy === null ? null : planned(policy, first, timeZone);
  const { retries, revokeAt } = plan ?? { retries: [], revokeAt: null };
  const waits = failure === 'action';
  return { type: 'DunningStarted', ...head, ...said, policy, retries, revokeAt, waits };
}

function planned(policy: TenantPolicy, { failure, at }: FirstFailure, timeZone: TimeZone) {
  const decline = failure === 'hard' ? 'hard' : 'soft';
  const decided = dunningSchedule(policy, { firstFailureAt: at, decline, timeZone });
  assert(decided.ok, 'policies are checked where tenants set them');
  return { retries: decided.schedule.attempts, revokeAt: decided.schedule.revokeAt };
}

function fallDue({ unpaid, at }: CommandOf<'FallDue'>, state: DunningState): DunningEvent[] {
  if (state !== null) return isOver(state) ? [] : failed(state, at);
  const facts = { cause: 'past_due', chargeId: null, failure: 'soft', at } as const;
  const start = startedFor({ ...unpaid, policy: null }, facts);
  return [start, ...failed(applied(null, [start]), at)];
}

/** One that needs the customer fails from the first retry on, whatever becomes of that. */
function retryDue(command: CommandOf<'Retry'>, state: DunningRun): DunningEvent[] {
  const { index, at } = command;
  if (isOver(state)) return [];
  const failing = failed(state, at);
  if (!isRetrying(state) || index !== state.past) return index === 0 ? failing : [];
  const run = applied(state, failing);
  if (run.pausedAt !== null) return [...failing, { type: 'RetrySkipped', why: 'paused', at }];
  return [...failing, ...tried(command, run)];
}

function tried(
  { live, paymentId, at }: Pick<CommandOf<'Retry'>, 'live' | 'paymentId' | 'at'>,
  run: DunningRun,
): DunningEvent[] {
  if (live === null) return [{ type: 'RetryStarted', paymentId, at }];
  if (!live.waitsForCustomer) return [{ type: 'RetryJoined', paymentId: live.id, at }];
  const skipped: DunningEvent = { type: 'RetrySkipped', why: 'waits_for_customer', at };
  const after = applied(run, [skipped]);
  return [skipped, ...(after.past >= after.retries.length ? endedWith(after, 'exhausted', at) : [])];
}

/** At the unsuccessful end access is over, too. */
function endedWith(run: DunningRun, outcome: 'exhausted' | 'stopped', at: Instant): DunningEvent[] {
  const failing = failed(run, at);
  const access = applied(run, failing);
  const revokes = access.hasAccess ? [{ type: 'AccessRevoked' as const, at }] : [];
  return [...failing, ...revokes, ended(outcome, at)];
}

function ended(outcome: 'exhausted' | 'stopped' | 'written_off', at: Instant): DunningEvent {
  return { type: 'DunningEnded', outcome, at };
}

function failed(run: DunningRun, at: Instant): DunningEvent[] {
  if (run.failingSince !== null) return [];
  const began: DunningEvent = { type: 'FailingBegan', at };
  return [began, ...revoked(applied(run, [began]), at)];
}

/** While it fails there is no access from that instant on. */
function revoked(run: DunningRun, at: Instant): DunningEvent[] {
  const isTime = run.revokeAt !== null && run.revokeAt <= at;
  return isTime && run.failingSince !== null && run.hasAccess ? [{ type: 'AccessRevoked', at }] : [];
}

function settled({ outcome, at }: CommandOf<'Settle'>): DunningEvent {
  return { type: 'DunningOver', outcome, at };
}

/** Staff holds the retries, and lets them go on; where none is left after a pause, one is made at once. */
function staff(
  command: CommandOf<'Pause' | 'Resume'>,
  state: DunningState,
): Decision<DunningEvent, DunningRejection> {
  if (state === null) return reject({ reason: 'UnknownDunningRun', message: 'There is no such run.' });
  if (!isRetrying(state) || state.policy === null)
    return reject({ reason: 'DunningNotActive', message: 'Nothing is tried again on this invoice.' });
  const { at } = command;
  if (command.type === 'Pause')
    return accept(...(state.pausedAt === null ? [{ type: 'DunningPaused' as const, at }] : []));
  if (state.pausedAt === null) return accept();
  const resumed: DunningEvent = { type: 'DunningResumed', at };
  const run = applied(state, [resumed]);
  const isOut = run.past >= run.retries.length && run.paymentId === null;
  return accept(resumed, ...(isOut ? tried(command, run) : []));
}

function applied(state: DunningState, events: readonly DunningEvent[]): DunningRun {
  const after = foldEvents({ initial: null, evolve }, events, state);
  assert(after !== null, 'a run is started first');
  return after;
}
