import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { eachCurrencyOnce } from '@tollgate/kernel/currency-once';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';

/** What a unit costs for a billing period of the subscription that has it, in major units. */
export interface AddonPrice {
  readonly currency: Currency;
  readonly amount: Decimal;
}

/** Something that subscriptions can have beside their plan. It never changes. */
export interface Addon {
  readonly id: Id<'add'>;
  readonly code: string;
  readonly name: string;
  /** One for each currency. */
  readonly prices: readonly AddonPrice[];
  readonly createdAt: Instant;
}

export interface CreateAddon {
  readonly type: 'CreateAddon';
  readonly id: Id<'add'>;
  readonly code: string;
  readonly name: string;
  readonly prices: readonly { readonly currency?: string | null | undefined; readonly amount: string }[];
  /** The tenant's; null where it is not known. */
  readonly usualCurrency: string | null;
  /** Whether another add-on has the code. */
  readonly isTaken: boolean;
  readonly now: Instant;
}

export type AddonCreated = { readonly type: 'AddonCreated' } & Addon;
export type AddonCodeTaken = Rejection & { readonly reason: 'AddonCodeTaken'; readonly code: string };
export type AddonRejection = InvalidInput | AddonCodeTaken;

const PRICES_MAX = 200;

export const addonDecider: Decider<Addon | null, CreateAddon, AddonCreated, AddonRejection> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: CreateAddon, state: Addon | null): Decision<AddonCreated, AddonRejection> {
  assert(state === null, 'a new add-on has a new id');
  const fields = new InputReader();
  const { id, isTaken, now: createdAt } = command;
  const code = fields.code('input.code', command.code);
  const name = fields.text('input.name', command.name, NAME_MAX_CHARS);
  const prices = readPrices(fields, command);
  if (fields.rejection !== null) return reject(fields.rejection);
  if (isTaken) return reject({ reason: 'AddonCodeTaken', message: 'Another add-on has this code.', code });
  return accept({ type: 'AddonCreated', id, code, name, prices, createdAt });
}

function readPrices(fields: InputReader, { prices: drafts, usualCurrency }: CreateAddon): AddonPrice[] {
  const path = 'input.prices';
  if (drafts.length < 1 || drafts.length > PRICES_MAX) fields.reject(path, `Give 1 to ${PRICES_MAX} prices.`);
  const prices = drafts.slice(0, PRICES_MAX).map(({ currency, amount }, index) => ({
    currency: fields.currency(`${path}[${index}].currency`, currency ?? usualCurrency),
    amount: fields.amount(`${path}[${index}].amount`, amount),
  }));
  eachCurrencyOnce(fields, path, prices);
  return prices;
}

function evolve(_state: Addon | null, event: AddonCreated): Addon {
  switch (event.type) {
    case 'AddonCreated': {
      const { id, code, name, prices, createdAt } = event;
      return { id, code, name, prices, createdAt };
    }
    default:
      return unreachable(event.type);
  }
}
