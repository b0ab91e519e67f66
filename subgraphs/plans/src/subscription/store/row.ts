import { unreachable } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Metadata } from '@tollgate/kernel/labels';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import type { HeldAddon } from '../domain/addons.js';
import { isPastDue } from '../domain/past-due.js';
import { billedUsage, type MadeState } from '../domain/state.js';

/** A subscription as queries see it: computed from its stream, and from nothing else. */
export interface SubscriptionRow {
  readonly id: Id<'sub'>;
  readonly external_id: string | null;
  readonly metadata: Metadata;
  /** Null where an earlier release made it. */
  readonly created_at: Instant | null;
  readonly customer_id: Id<'cus'>;
  readonly plan_id: Id<'pln'>;
  readonly plan_version_id: Id<'plv'>;
  readonly status:
    'SCHEDULED' | 'INCOMPLETE' | 'TRIALING' | 'ACTIVE' | 'PAST_DUE' | 'CANCELLING' | 'PAUSED' | 'ENDED';
  readonly quantity: Decimal;
  readonly currency: string;
  readonly time_zone: string;
  readonly starts_on: LocalDate;
  /** The open period's, or the last one's; null where it never started. */
  readonly period_index: number | null;
  readonly period_from: Instant | null;
  readonly period_to: Instant | null;
  /** Until when its first invoice has to be paid; null where it waits for nothing. */
  readonly activates_until: Instant | null;
  readonly cancel_at: Instant | null;
  readonly ended_at: Instant | null;
  /** Names of usage. */
  readonly meter_ids: readonly string[];
  readonly addons: readonly HeldAddon[];
  /** The contract that covers it; null where none does. */
  readonly contract_id: Id<'ctr'> | null;
  /** Version of the stream it was computed from. */
  readonly revision: number;
}

/** Where a subscription stands, in the words of the schema. */
export function statusOf(state: MadeState): SubscriptionRow['status'] {
  switch (state.status) {
    case 'scheduled':
      return 'SCHEDULED';
    case 'incomplete':
      return 'INCOMPLETE';
    case 'active':
      if (isPastDue(state)) return 'PAST_DUE';
      return state.open.paid === null ? 'TRIALING' : 'ACTIVE';
    case 'cancelling':
      return isPastDue(state) ? 'PAST_DUE' : 'CANCELLING';
    case 'paused':
      return 'PAUSED';
    case 'ended':
      return 'ENDED';
    default:
      return unreachable(state);
  }
}

/** The row of a subscription that came to this state. */
export function rowOf(state: MadeState, version: number): SubscriptionRow {
  const { contract } = state;
  const open = 'open' in state ? state.open : null;
  return {
    id: contract.subscriptionId,
    external_id: contract.externalId,
    metadata: { ...contract.metadata },
    created_at: contract.createdAt,
    customer_id: contract.customerId,
    plan_id: contract.version.planId,
    plan_version_id: contract.version.planVersionId,
    status: statusOf(state),
    quantity: contract.quantity,
    currency: contract.currency,
    time_zone: contract.timeZone,
    starts_on: contract.startsOn,
    period_index: 'lastIndex' in state ? state.lastIndex : (open?.index ?? null),
    period_from: open?.period.from ?? null,
    period_to: open?.period.to ?? null,
    activates_until: state.status === 'incomplete' ? state.until : null,
    cancel_at: state.status === 'cancelling' ? state.cancelAt : null,
    ended_at: state.status === 'ended' ? state.endedAt : null,
    meter_ids: billedUsage(state),
    addons: 'addons' in state ? state.addons : [],
    contract_id: contract.agreementId ?? null,
    revision: version,
  };
}
