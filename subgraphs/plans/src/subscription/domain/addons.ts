import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Addon } from '../../catalogue/domain/addon.js';
import { billedFor, type Grain } from './billed.js';
import { catchUp } from './close.js';
import { alreadyEnded, notActive, notPriced } from './rejections.js';
import type { AlreadyEnded, CurrencyNotPriced, NotActive } from './rejections.js';
import { fold, isOpen, type OpenState, type SubscriptionEvent, type SubscriptionState } from './state.js';

/** An add-on that a subscription has, or will have from its next period on. */
export interface HeldAddon {
  readonly addonId: Id<'add'>;
  /** Its code: the key of its lines. */
  readonly key: string;
  readonly name: string;
  /** Of a unit for a period, in major units of the subscription's currency. */
  readonly amount: Decimal;
  readonly quantity: Decimal;
  /** What happens at the end of the period; null where nothing does. */
  readonly waits: 'to_join' | 'to_leave' | null;
}

export type UnknownAddon = Rejection & { readonly reason: 'UnknownAddon'; readonly addonId: string };
export type AddonAlreadyAdded = Rejection & {
  readonly reason: 'AddonAlreadyAdded';
  readonly addonId: string;
};

interface Timing {
  readonly when: 'NOW' | 'PERIOD_END';
  /** Null = the grain of the plan. */
  readonly proration: Grain | 'none' | null;
  readonly now: Instant;
}

export interface AddAddon extends Timing {
  readonly type: 'AddAddon';
  readonly addon: Addon;
  readonly quantity: string;
}

export interface RemoveAddon extends Timing {
  readonly type: 'RemoveAddon';
  readonly addonId: string;
}

export type AddonChangeRejection =
  InvalidInput | AlreadyEnded | NotActive | CurrencyNotPriced | UnknownAddon | AddonAlreadyAdded;
type Decided = Decision<SubscriptionEvent, AddonChangeRejection>;

/** An add-on joins: now, with a charge for the rest of the period, or with the next period. */
export function addAddon(command: AddAddon, state: SubscriptionState): Decided {
  const { addon, when, now, proration } = command;
  const current = runningAt(state, now);
  if ('rejected' in current) return current.rejected;
  const { caughtUp, open } = current;
  const fields = new InputReader();
  const quantity = fields.positive('input.quantity', command.quantity);
  if (fields.rejection !== null) return reject(fields.rejection);
  const known = open.addons.find(({ addonId }) => addonId === addon.id);
  if (known !== undefined) {
    if (known.waits !== 'to_leave' || known.quantity !== quantity) return alreadyAdded(addon.id);
    return accept(...caughtUp, { type: 'AddonsChanged', addons: withAddon(open, { ...known, waits: null }) });
  }
  const { currency, version } = open.contract;
  const price = addon.prices.find((one) => one.currency === currency);
  if (price === undefined) return reject(notPriced(currency));
  const held = { addonId: addon.id, key: addon.code, name: addon.name, amount: price.amount, quantity };
  const isTrial = open.open.paid === null;
  const grain = proration ?? version.grain;
  const waits = when === 'PERIOD_END' || (grain === 'none' && !isTrial);
  if (when === 'PERIOD_END' && open.status === 'cancelling')
    return notActive('The subscription is about to end.');
  const addons = withAddon(open, { ...held, waits: waits ? 'to_join' : null });
  if (waits || isTrial) return accept(...caughtUp, { type: 'AddonsChanged', addons });
  const legs = grain === 'none' ? null : { grain, of: 'addon' as const, key: addon.code, charges: true };
  return accept(...caughtUp, billedFor({ reason: 'addon', at: now, legs, addons }));
}

/** An add-on leaves: now, with a credit for the rest of the period, or with the end of the period. */
export function removeAddon(command: RemoveAddon, state: SubscriptionState): Decided {
  const { addonId, when, now, proration } = command;
  const current = runningAt(state, now);
  if ('rejected' in current) return current.rejected;
  const { caughtUp, open } = current;
  const known = open.addons.find((one) => one.addonId === addonId);
  if (known === undefined)
    return reject({
      reason: 'UnknownAddon',
      message: 'The subscription does not have this add-on.',
      addonId,
    });
  const addons = open.addons.filter((one) => one !== known);
  if (known.waits === 'to_join') return accept(...caughtUp, { type: 'AddonsChanged', addons });
  if (when === 'PERIOD_END') {
    if (open.status === 'cancelling') return notActive('The subscription is about to end.');
    const leaving = withAddon(open, { ...known, waits: 'to_leave' });
    return accept(...caughtUp, { type: 'AddonsChanged', addons: leaving });
  }
  if (open.open.paid === null) return accept(...caughtUp, { type: 'AddonsChanged', addons });
  const grain = proration ?? open.contract.version.grain;
  const legs = grain === 'none' ? null : { grain, of: 'addon' as const, key: known.key, charges: false };
  return accept(...caughtUp, billedFor({ reason: 'addon', at: now, legs, addons }));
}

/** The add-ons of the next period. */
export function addonsAfter(addons: readonly HeldAddon[]): readonly HeldAddon[] {
  return addons
    .filter(({ waits }) => waits !== 'to_leave')
    .map((one) => (one.waits === null ? one : { ...one, waits: null }));
}

/** The add-ons without what waits: a cancellation and the begin of a pause drop that. */
export function addonsInForce(addons: readonly HeldAddon[]): readonly HeldAddon[] {
  return addons
    .filter(({ waits }) => waits !== 'to_join')
    .map((one) => (one.waits === null ? one : { ...one, waits: null }));
}

type Running =
  | { readonly rejected: Decided }
  | { readonly caughtUp: readonly SubscriptionEvent[]; readonly open: OpenState };

function runningAt(state: SubscriptionState, now: Instant): Running {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended') return { rejected: alreadyEnded(state.endedAt) };
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'ended') return { rejected: alreadyEnded(current.endedAt) };
  if (!isOpen(current)) return { rejected: notActive('The subscription does not run.') };
  return { caughtUp, open: current };
}

function withAddon({ addons }: OpenState, held: HeldAddon): readonly HeldAddon[] {
  const isKnown = addons.some(({ addonId }) => addonId === held.addonId);
  return isKnown ? addons.map((one) => (one.addonId === held.addonId ? held : one)) : [...addons, held];
}

function alreadyAdded(addonId: string): Decided {
  return reject({ reason: 'AddonAlreadyAdded', message: 'The subscription has this add-on.', addonId });
}
