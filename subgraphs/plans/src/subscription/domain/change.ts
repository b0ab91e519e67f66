import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Instant } from '@tollgate/kernel/time/time';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import { billedFor, type Billed, type Grain } from './billed.js';
import { catchUp } from './close.js';
import {
  changed,
  changesPrices,
  cutsOtherwise,
  usageOf,
  versionRef,
  type Override,
  type TermsChange,
} from './contract.js';
import { conflictOf, type Neighbour } from './neighbour.js';
import { readOverrides, type OverrideDraft, type Priced } from './overrides.js';
import { periodFrom } from './periods.js';
import {
  alreadyEnded,
  notActive,
  notPriced,
  type AlreadyEnded,
  type CurrencyNotPriced,
  type MeterAlreadyPriced,
  type NotActive,
} from './rejections.js';
import { fold, isOpen, type OpenState, type SubscriptionEvent, type SubscriptionState } from './state.js';

export interface ChangeSubscription {
  readonly type: 'ChangeSubscription';
  /** The plan's current version, where another plan or a newer version is asked for. */
  readonly version: PlanVersion | null;
  readonly quantity: string | null;
  /** They replace all there were. */
  readonly overrides: readonly OverrideDraft[] | null;
  /** Overrides that are read already and replace all there were; absent = none. */
  readonly kept?: readonly Override[];
  /** What overrides are read against: the prices of the version that is asked for, else of the present one. */
  readonly priced: Priced;
  readonly when: 'NOW' | 'PERIOD_END';
  /** Null = the grain of the plan in force before. */
  readonly proration: Grain | 'none' | null;
  /** Null = kept, unless the new plan cuts time otherwise. */
  readonly cycle: 'keep' | 'restart' | null;
  readonly neighbours: readonly Neighbour[];
  readonly now: Instant;
}

export type ChangeRejection =
  InvalidInput | AlreadyEnded | NotActive | CurrencyNotPriced | MeterAlreadyPriced;
type Decided = Decision<SubscriptionEvent, ChangeRejection>;

/** Other terms, now or from the next period on. */
export function change(command: ChangeSubscription, state: SubscriptionState): Decided {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  const { now, when } = command;
  if (state.status === 'ended') return alreadyEnded(state.endedAt);
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'ended') return alreadyEnded(current.endedAt);
  if (!isOpen(current)) return notActive('The subscription does not run.');
  const fields = new InputReader();
  const wanted = readChange(fields, command, current);
  const restarts = restartsCycle(fields, command, current);
  const { version } = command;
  const { currency } = current.contract;
  // Before overrides are rejected for keys that nothing has in this currency.
  if (version !== null && !version.prices.some((price) => price.currency === currency))
    return reject(notPriced(currency));
  if (fields.rejection !== null) return reject(fields.rejection);
  const usage = wanted.version === null ? [] : usageOf(wanted.version);
  const from = when === 'NOW' ? now : current.open.period.to;
  const conflict = conflictOf({ usage, from, now }, command.neighbours);
  if (conflict !== undefined) return reject(conflict);
  if (current.status === 'cancelling' && (when === 'PERIOD_END' || restarts))
    return notActive('The subscription is about to end.');
  if (when === 'PERIOD_END') return accept(...caughtUp, { type: 'ChangeScheduled', change: wanted });
  return accept(...caughtUp, changeNow({ ...command, wanted, restarts }, current));
}

function readChange(fields: InputReader, command: ChangeSubscription, state: OpenState): TermsChange {
  const { version, quantity, overrides, priced, kept = null } = command;
  if (version === null && quantity === null && overrides === null)
    fields.reject('input', 'Give a plan, a quantity or overrides.');
  const prices = priced;
  return {
    version: version === null ? null : versionRef(version, state.contract.currency),
    quantity: quantity === null ? null : fields.units('input.quantity', quantity),
    overrides:
      overrides === null ? kept : readOverrides(fields, 'input.overrides', { drafts: overrides, prices }),
  };
}

/** In a trial nothing is billed and its end stays, so that there is nothing to restart. */
function restartsCycle(fields: InputReader, command: ChangeSubscription, state: OpenState): boolean {
  const { version, cycle, when } = command;
  if (when === 'PERIOD_END') return false;
  const isOther = version !== null && cutsOtherwise(state.contract.version, version);
  if (isOther && cycle === 'keep')
    fields.reject('input.cycle', 'Give RESTART, or leave it out: the new plan has other periods.');
  return state.open.paid !== null && (cycle === null ? isOther : cycle === 'restart');
}

interface ChangeNow extends Pick<ChangeSubscription, 'proration' | 'now'> {
  readonly wanted: TermsChange;
  readonly restarts: boolean;
}

/** Other terms for the rest of a period, or from a new one on. */
export function changeNow({ wanted, restarts, proration, now: at }: ChangeNow, state: OpenState): Billed {
  const { open, contract } = state;
  const said = { reason: 'change', at, change: wanted } as const;
  if (open.paid === null) return billedFor(said);
  const grain = proration ?? contract.version.grain;
  if (restarts) {
    const count = { index: open.index + 1, paid: state.nextPaid };
    const opens = periodFrom(at, changed(contract, wanted), count);
    const legs = grain === 'none' ? null : ({ grain, of: 'all' } as const);
    return billedFor({ ...said, closes: { to: at, ends: true }, legs, opens });
  }
  const cuts = changesPrices(wanted);
  const legs = grain === 'none' ? null : ({ grain, of: cuts ? 'fees' : 'quantity' } as const);
  return billedFor({ ...said, closes: cuts ? { to: at, ends: false } : null, legs });
}
