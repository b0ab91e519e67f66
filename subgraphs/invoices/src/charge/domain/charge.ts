import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { CatalogueItem } from '../../charge-item/domain/charge-item.js';
import type { ChargeOf, OneOffCharge } from '../../invoice/domain/basis.js';
import { ratedLine } from '../../invoice/domain/line.js';

/** Something that a tenant charges a customer for, once. */
export interface ChargeItem {
  /** The item of the catalogue that it is of; absent where it is of none. */
  readonly chargeItemId?: Id<'chi'>;
  readonly key: string;
  readonly description: string;
  /** Of a unit, in major units; may be finer than the currency. */
  readonly amount: Decimal;
  readonly quantity: Decimal;
}

/** A charge that the tenant made: billed at once, or with the next invoice of a subscription of the customer. */
export interface OneOff {
  readonly customerId: string;
  readonly currency: Currency;
  readonly items: readonly ChargeItem[];
  readonly createdAt: Instant;
  /** Null while it waits. */
  readonly invoiceId: string | null;
}

export interface MakeCharge {
  readonly type: 'MakeCharge';
  readonly customerId: string;
  readonly currency: string | null;
  readonly items: readonly ItemDraft[];
  /** Items of the catalogue that the drafts name, by id; unknown ones are missing. */
  readonly catalogue: ReadonlyMap<string, CatalogueItem>;
  readonly now: Instant;
}

export interface ItemDraft {
  readonly chargeItemId?: string | null | undefined;
  readonly key?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly amount?: string | null | undefined;
  readonly quantity?: string | null | undefined;
}

export type ChargeCommand = MakeCharge | { readonly type: 'BillCharge'; readonly invoiceId: string };
export type ChargeEvent =
  | ({ readonly type: 'ChargeMade' } & Omit<OneOff, 'invoiceId'>)
  | { readonly type: 'ChargeBilled'; readonly invoiceId: string };
export type InvalidAmount = Rejection & { readonly reason: 'InvalidAmount'; readonly field: string };
type OfItem = Rejection & { readonly chargeItemId: string };
export type ItemRejection =
  | (OfItem & { readonly reason: 'UnknownChargeItem' })
  | (OfItem & { readonly reason: 'ArchivedChargeItem'; readonly archivedAt: Instant })
  | (OfItem & { readonly reason: 'ChargeItemNotPriced'; readonly currency: Currency });
export type ChargeRejection = InvalidInput | InvalidAmount | ItemRejection;

const ITEMS_MAX = 100;
const ONE = decimal('1');

/** A charge is made, and billed once. */
export const chargeDecider: Decider<OneOff | null, ChargeCommand, ChargeEvent, ChargeRejection> = {
  initial: null,
  decide,
  evolve,
};

/** The charges of an invoice for the items of one. */
export function oneOffCharges(id: string, { items }: OneOff, at: Instant): ChargeOf<OneOffCharge>[] {
  return items.map(({ key, description, amount, quantity }) => ({
    ...{ kind: 'one_off', subscriptionId: '', priceId: id, key, description, meterId: null, meterCode: null },
    price: {
      ...({ model: 'per_unit', unitAmount: amount, includedUnits: decimal('0'), conversion: null } as const),
      ...{ minimumAmount: null, maximumAmount: null },
    },
    period: { from: at, to: at },
    quantity,
  }));
}

function decide(command: ChargeCommand, state: OneOff | null): Decision<ChargeEvent, ChargeRejection> {
  switch (command.type) {
    case 'MakeCharge':
      assert(state === null, 'a new charge has a new id');
      return make(command);
    case 'BillCharge':
      assert(state !== null, 'a charge is made before it is billed');
      return state.invoiceId === null
        ? accept({ type: 'ChargeBilled', invoiceId: command.invoiceId })
        : accept();
    default:
      return unreachable(command);
  }
}

function make({
  customerId,
  items: drafts,
  now: createdAt,
  catalogue,
  ...command
}: MakeCharge): Decision<ChargeEvent, ChargeRejection> {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', command.currency);
  if (drafts.length < 1 || drafts.length > ITEMS_MAX)
    fields.reject('input.items', `Give 1 to ${ITEMS_MAX} items.`);
  const named = drafts.slice(0, ITEMS_MAX).map((draft) => ({ ...draft, ...ofCatalogue(draft, catalogue) }));
  const items = named.map((draft, index) => readItem(fields, `input.items[${index}]`, { draft, currency }));
  if (fields.rejection !== null) return reject(fields.rejection);
  for (const draft of named) {
    const rejection = itemRejection(draft, currency);
    if (rejection !== null) return reject(rejection);
  }
  const made = { customerId, currency, items, createdAt };
  const lines = oneOffCharges('', { ...made, invoiceId: null }, createdAt);
  const nothing = lines.findIndex(
    (line) => ratedLine({ ...line, lineId: 'lin_' }, currency).amountMinor <= 0n,
  );
  if (nothing < 0) return accept({ type: 'ChargeMade', ...made });
  const field = `input.items[${nothing}].amount`;
  return reject({ reason: 'InvalidAmount', message: 'Give an amount that comes to more than 0.', field });
}

/** A draft with the item of the catalogue that it names; null where that is unknown, absent where it names none. */
interface NamedDraft extends ItemDraft {
  readonly item?: CatalogueItem | null;
}

function ofCatalogue(
  { chargeItemId }: ItemDraft,
  catalogue: MakeCharge['catalogue'],
): Pick<NamedDraft, 'item'> {
  return chargeItemId ? { item: catalogue.get(chargeItemId) ?? null } : {};
}

function itemRejection({ item, chargeItemId, amount }: NamedDraft, currency: Currency): ItemRejection | null {
  if (item === undefined) return null;
  const id = chargeItemId ?? '';
  if (item === null)
    return { reason: 'UnknownChargeItem', message: 'There is no such item.', chargeItemId: id };
  const { archivedAt } = item;
  if (archivedAt !== null)
    return { reason: 'ArchivedChargeItem', message: 'The item is archived.', chargeItemId: id, archivedAt };
  if (amount || priceIn(item, currency) !== undefined) return null;
  const message = `The item has no price in ${currency}. Give an amount.`;
  return { reason: 'ChargeItemNotPriced', message, chargeItemId: id, currency };
}

function priceIn({ prices }: CatalogueItem, currency: Currency): Decimal | undefined {
  return prices.find((price) => price.currency === currency)?.amount;
}

/** What is not said is the item's; where that lacks it the charge is rejected for the item. */
function readItem(
  fields: InputReader,
  path: string,
  { draft, currency }: { readonly draft: NamedDraft; readonly currency: Currency },
): ChargeItem {
  const { item } = draft;
  const isNamed = item !== undefined;
  const key = isNamed && !draft.key ? (item?.code ?? '') : fields.code(`${path}.key`, draft.key);
  const listed = item ? priceIn(item, currency) : undefined;
  return {
    ...(item && { chargeItemId: item.id }),
    key,
    description:
      fields.optionalText(`${path}.description`, draft.description, NAME_MAX_CHARS) ?? item?.name ?? key,
    amount:
      isNamed && !draft.amount ? (listed ?? ZERO_DECIMAL) : fields.signed(`${path}.amount`, draft.amount),
    quantity: draft.quantity ? fields.quantity(`${path}.quantity`, draft.quantity) : ONE,
  };
}

function evolve(state: OneOff | null, event: ChargeEvent): OneOff {
  switch (event.type) {
    case 'ChargeMade': {
      const { customerId, currency, items, createdAt } = event;
      return { customerId, currency, items, createdAt, invoiceId: null };
    }
    case 'ChargeBilled':
      assert(state !== null, 'a charge is made before it is billed');
      return { ...state, invoiceId: event.invoiceId };
    default:
      return unreachable(event);
  }
}
