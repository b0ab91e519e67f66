import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { type ExternalIdTaken, externalIdTaken, type LabelsDraft, readLabels } from '@tollgate/kernel/labels';
import {
  dateOf,
  daysBetween,
  startOfDate,
  type Instant,
  type LocalDate,
  type TimeZone,
} from '@tollgate/kernel/time/time';
import { TRIAL_DAYS_MAX, type PlanVersion } from '../../catalogue/domain/terms.js';
import { awaitActivation, readActivation } from './activation.js';
import { catchUp } from './close.js';
import { usageOf, versionRef, type Contract } from './contract.js';
import { conflictOf, type Neighbour } from './neighbour.js';
import { readOverrides, readPhases, type OverrideDraft, type PhaseDraft } from './overrides.js';
import { notPriced, type CurrencyNotPriced, type MeterAlreadyPriced } from './rejections.js';
import { evolve, initial, type SubscriptionEvent, type SubscriptionState } from './state.js';

export interface CreateSubscription {
  readonly type: 'CreateSubscription';
  readonly subscriptionId: Id<'sub'>;
  readonly customer: {
    readonly id: Id<'cus'>;
    readonly timeZone: TimeZone;
    readonly currency: string;
  };
  readonly version: PlanVersion;
  readonly labels: LabelsDraft;
  /** Whether another subscription has the external id. */
  readonly isTaken: boolean;
  /** Null = the customer's. */
  readonly currency: string | null;
  readonly quantity: string;
  /** Null = today. */
  readonly startsOn: LocalDate | null;
  /** Null = the plan's. */
  readonly trialDays: number | null;
  /** Null = the first day's. */
  readonly anchorDay: number | null;
  readonly overrides: readonly OverrideDraft[];
  readonly phases: readonly PhaseDraft[];
  /** Whether it waits for the payment of its first invoice. */
  readonly onPayment: boolean;
  readonly neighbours: readonly Neighbour[];
  readonly now: Instant;
}

export type StartRejection = InvalidInput | ExternalIdTaken | CurrencyNotPriced | MeterAlreadyPriced;

type Decided = Decision<SubscriptionEvent, StartRejection>;

/** A start may lie this many days before or after today. */
export const START_DAYS_MAX = 366;
const ANCHOR_DAYS = [1, 31] as const;

/** A subscription from its first day on: periods that are over by now are closed at once, in order. */
export function create(command: CreateSubscription, state: SubscriptionState): Decided {
  assert(state.status === 'none', 'a new id has no history');
  const { now, neighbours } = command;
  const fields = new InputReader();
  const contract = readContract(fields, command);
  const { externalId, currency, timeZone, version } = contract;
  // Before overrides are rejected for keys that nothing has in this currency.
  if (!command.version.prices.some((price) => price.currency === currency))
    return reject(notPriced(currency));
  if (fields.rejection !== null) return reject(fields.rejection);
  if (externalId !== null && command.isTaken) return reject(externalIdTaken('subscription', externalId));
  const from = startOfDate(contract.startsOn, timeZone);
  const conflict = conflictOf({ usage: usageOf(version), from, now }, neighbours);
  if (conflict !== undefined) return reject(conflict);
  const created: SubscriptionEvent = { type: 'SubscriptionCreated', ...contract };
  const events = [created, ...catchUp(evolve(initial, created), now)];
  return accept(...(command.onPayment && hasFees(command, currency) ? awaitActivation(events, now) : events));
}

/** Without a fee there is no first invoice to pay. */
function hasFees({ version }: CreateSubscription, currency: string): boolean {
  return version.prices.some((price) => price.currency === currency && price.meterId === null);
}

function readContract(fields: InputReader, command: CreateSubscription): Contract {
  const { customer, version, now } = command;
  const today = dateOf(now, customer.timeZone);
  const startsOn = command.startsOn ?? today;
  if (Math.abs(daysBetween(today, startsOn)) > START_DAYS_MAX)
    fields.reject('input.startsOn', `Give a day at most ${START_DAYS_MAX} days before or after today.`);
  const currency = fields.currency('input.currency', command.currency ?? customer.currency);
  const prices = version.prices.filter((price) => price.currency === currency);
  const { overrides: drafts, phases, trialDays } = command;
  const contract = {
    ...readLabels(fields, command.labels),
    subscriptionId: command.subscriptionId,
    customerId: customer.id,
    currency,
    timeZone: customer.timeZone,
    createdAt: now,
    startsOn,
    trialDays: fields.integer('input.trialDays', trialDays ?? version.trialDays, [0, TRIAL_DAYS_MAX]),
    anchorDay: readAnchorDay(fields, command),
    version: versionRef(version, currency),
    quantity: fields.units('input.quantity', command.quantity),
    overrides: readOverrides(fields, 'input.overrides', { drafts, prices }),
    phases: readPhases(fields, 'input.phases', { drafts: phases, prices }),
  };
  if (command.onPayment) readActivation(fields, contract, today);
  return contract;
}

function readAnchorDay(fields: InputReader, { anchorDay, version }: CreateSubscription): number | null {
  if (anchorDay === null) return null;
  if (version.interval.unit !== 'month' || version.alignment !== 'anniversary')
    fields.reject(
      'input.anchorDay',
      'Leave this out: it is for plans of months that are no calendar months.',
    );
  return fields.integer('input.anchorDay', anchorDay, ANCHOR_DAYS);
}
