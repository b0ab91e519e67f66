import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { eachCurrencyOnce } from '@tollgate/kernel/currency-once';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';

/** What a unit costs, in major units; may be finer than the currency. */
export interface ChargeItemPrice {
  readonly currency: Currency;
  readonly amount: Decimal;
}

/** Something that customers are charged for by name. It never changes but for being archived. */
export interface CatalogueItem {
  readonly id: Id<'chi'>;
  readonly code: string;
  readonly name: string;
  /** One for each currency. */
  readonly prices: readonly ChargeItemPrice[];
  readonly createdAt: Instant;
  /** Null while it can be charged. */
  readonly archivedAt: Instant | null;
}

export interface CreateChargeItem {
  readonly type: 'CreateChargeItem';
  readonly id: Id<'chi'>;
  readonly code: string;
  readonly name: string;
  readonly prices: readonly { readonly currency: string; readonly amount: string }[];
  /** Whether another item has the code. */
  readonly isTaken: boolean;
  readonly now: Instant;
}

export type ChargeItemCommand =
  CreateChargeItem | { readonly type: 'ArchiveChargeItem'; readonly now: Instant };
export type ChargeItemEvent =
  | ({ readonly type: 'ChargeItemCreated' } & Omit<CatalogueItem, 'archivedAt'>)
  | { readonly type: 'ChargeItemArchived'; readonly archivedAt: Instant };
export type ChargeItemCodeTaken = Rejection & {
  readonly reason: 'ChargeItemCodeTaken';
  readonly code: string;
};
export type ChargeItemRejection = InvalidInput | ChargeItemCodeTaken;

type Decided = Decision<ChargeItemEvent, ChargeItemRejection>;

const PRICES_MAX = 200;

/** An item is made and archived; what was done already is accepted. */
export const chargeItemDecider: Decider<
  CatalogueItem | null,
  ChargeItemCommand,
  ChargeItemEvent,
  ChargeItemRejection
> = { initial: null, decide, evolve };

function decide(command: ChargeItemCommand, state: CatalogueItem | null): Decided {
  switch (command.type) {
    case 'CreateChargeItem':
      assert(state === null, 'a new item has a new id');
      return create(command);
    case 'ArchiveChargeItem':
      assert(state !== null, 'an item is made before it is archived');
      if (state.archivedAt !== null) return accept();
      return accept({ type: 'ChargeItemArchived', archivedAt: command.now });
    default:
      return unreachable(command);
  }
}

function create(command: CreateChargeItem): Decided {
  const fields = new InputReader();
  const { id, isTaken, now: createdAt } = command;
  const code = fields.code('input.code', command.code);
  const name = fields.text('input.name', command.name, NAME_MAX_CHARS);
  const prices = readPrices(fields, command);
  if (fields.rejection !== null) return reject(fields.rejection);
  if (isTaken) return reject({ reason: 'ChargeItemCodeTaken', message: 'Another item has this code.', code });
  return accept({ type: 'ChargeItemCreated', id, code, name, prices, createdAt });
}

function readPrices(fields: InputReader, { prices: drafts }: CreateChargeItem): ChargeItemPrice[] {
  const path = 'input.prices';
  if (drafts.length < 1 || drafts.length > PRICES_MAX) fields.reject(path, `Give 1 to ${PRICES_MAX} prices.`);
  const prices = drafts.slice(0, PRICES_MAX).map(({ currency, amount }, index) => ({
    currency: fields.currency(`${path}[${index}].currency`, currency),
    amount: fields.positive(`${path}[${index}].amount`, amount),
  }));
  eachCurrencyOnce(fields, path, prices);
  return prices;
}

function evolve(state: CatalogueItem | null, event: ChargeItemEvent): CatalogueItem {
  switch (event.type) {
    case 'ChargeItemCreated': {
      const { type: _type, ...made } = event;
      return { ...made, archivedAt: null };
    }
    case 'ChargeItemArchived':
      assert(state !== null, 'an item is made before it is archived');
      return { ...state, archivedAt: event.archivedAt };
    default:
      return unreachable(event);
  }
}
