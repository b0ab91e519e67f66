import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { DunningPolicy, TerminalAction } from './dunning.js';

/** What a tenant wants done about invoices that are not paid. */
export interface TenantPolicy extends DunningPolicy {
  readonly terminalAction: Exclude<TerminalAction, 'mark_uncollectible'>;
  /** Whether the invoice is written off at the unsuccessful end. */
  readonly markUncollectible: boolean;
}

/** Why an invoice is looked after: a no, a customer who has to confirm, or a due date that passed. */
export type DunningCause = 'declined' | 'action_required' | 'past_due';

/** Where it came to. `written_off`: by hand. */
export type DunningOutcome = 'recovered' | 'exhausted' | 'stopped' | 'written_off' | 'voided';

/** What is done about one invoice that is not paid, until it is settled. */
export interface DunningRun {
  readonly id: string;
  readonly invoiceId: string;
  readonly customerId: string;
  /** Subscriptions that the invoice is of; none where it is of something else. */
  readonly subscriptionIds: readonly string[];
  readonly cause: DunningCause;
  readonly startedAt: Instant;
  /** As it was when it began; null = nothing is done but to look. */
  readonly policy: TenantPolicy | null;
  /** When it is tried again; what is over, too. */
  readonly retries: readonly Instant[];
  /** How many of them are over. */
  readonly past: number;
  /** The payment whose outcome is awaited; null = none is. */
  readonly paymentId: string | null;
  /** The charge that it began with; null where there was none. */
  readonly chargeId: string | null;
  /** Since when the invoice fails; null = it does not (yet, or any more). */
  readonly failingSince: Instant | null;
  /** From when on there is no access while it fails; null = there is. */
  readonly revokeAt: Instant | null;
  readonly hasAccess: boolean;
  /** Since when staff holds the retries; null = nobody does. */
  readonly pausedAt: Instant | null;
  /** Null while it is tried again, or would be. */
  readonly outcome: DunningOutcome | null;
  readonly endedAt: Instant | null;
}

/** Null before it begins. */
export type DunningState = DunningRun | null;

export type DunningEvent =
  | ({ readonly type: 'DunningStarted'; readonly at: Instant } & Pick<
      DunningRun,
      | 'id'
      | 'invoiceId'
      | 'customerId'
      | 'subscriptionIds'
      | 'cause'
      | 'policy'
      | 'retries'
      | 'revokeAt'
      | 'chargeId'
    > & { /** Whether the charge still waits for the customer. */ readonly waits: boolean })
  /** From now on the invoice counts as not paid. */
  | { readonly type: 'FailingBegan'; readonly at: Instant }
  | { readonly type: 'AccessRevoked'; readonly at: Instant }
  | { readonly type: 'RetryStarted'; readonly paymentId: string; readonly at: Instant }
  /** A payment is under way just then: its outcome is the retry's. */
  | { readonly type: 'RetryJoined'; readonly paymentId: string; readonly at: Instant }
  | { readonly type: 'RetrySkipped'; readonly why: 'waits_for_customer' | 'paused'; readonly at: Instant }
  /** What was awaited came to nothing. */
  | { readonly type: 'ChargeDeclined'; readonly hard: boolean; readonly at: Instant }
  | { readonly type: 'DunningPaused'; readonly at: Instant }
  | { readonly type: 'DunningResumed'; readonly at: Instant }
  | {
      readonly type: 'DunningEnded';
      readonly outcome: Extract<DunningOutcome, 'exhausted' | 'stopped' | 'written_off'>;
      readonly at: Instant;
    }
  /** Nothing is due any more, at whatever stage it was. */
  | {
      readonly type: 'DunningOver';
      readonly outcome: Extract<DunningOutcome, 'recovered' | 'voided'>;
      readonly at: Instant;
    };

/** The run after one more event. */
export function evolve(state: DunningState, event: DunningEvent): DunningState {
  if (event.type === 'DunningStarted') return started(event);
  assert(state !== null, 'a run is started first');
  switch (event.type) {
    case 'FailingBegan':
      return { ...state, failingSince: event.at };
    case 'AccessRevoked':
      return { ...state, hasAccess: false };
    case 'RetryStarted':
    case 'RetryJoined':
      return { ...state, past: state.past + 1, paymentId: event.paymentId };
    case 'RetrySkipped':
      return { ...state, past: state.past + 1 };
    case 'ChargeDeclined':
      return { ...state, paymentId: null };
    case 'DunningPaused':
      return { ...state, pausedAt: event.at };
    case 'DunningResumed':
      return { ...state, pausedAt: null };
    case 'DunningEnded':
      return { ...state, outcome: event.outcome, endedAt: event.at, paymentId: null };
    case 'DunningOver':
      return over(state, event);
    default:
      return unreachable(event);
  }
}

type EventOf<T extends DunningEvent['type']> = Extract<DunningEvent, { readonly type: T }>;

function started({ type: _type, at, waits, ...head }: EventOf<'DunningStarted'>): DunningRun {
  return {
    ...head,
    startedAt: at,
    past: 0,
    paymentId: waits ? head.chargeId : null,
    failingSince: null,
    hasAccess: true,
    pausedAt: null,
    outcome: null,
    endedAt: null,
  };
}

function over(state: DunningRun, { outcome, at }: EventOf<'DunningOver'>): DunningRun {
  const ended = { outcome, endedAt: at, paymentId: null, pausedAt: null };
  return { ...state, ...ended, failingSince: null, hasAccess: true };
}

/** Whether its retries go on, or would if there were any. */
export function isRetrying({ outcome }: DunningRun): boolean {
  return outcome === null;
}

/** Whether nothing is due any more. */
export function isOver({ outcome }: DunningRun): boolean {
  return outcome === 'recovered' || outcome === 'voided';
}

/** When it is tried again; null where it is not. */
export function nextRetry({ retries, past, ...run }: DunningRun): Instant | null {
  return run.outcome === null ? (retries[past] ?? null) : null;
}
