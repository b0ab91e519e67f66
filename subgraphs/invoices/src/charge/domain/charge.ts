import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ChargeOf, OneOffCharge } from '../../invoice/domain/basis.js';
import { ratedLine } from '../../invoice/domain/line.js';

/** Something that a tenant charges a customer for, once. */
export interface ChargeItem {
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
  readonly now: Instant;
}

export interface ItemDraft {
  readonly key: string;
  readonly description?: string | null | undefined;
  readonly amount: string;
  readonly quantity?: string | null | undefined;
}

export type ChargeCommand = MakeCharge | { readonly type: 'BillCharge'; readonly invoiceId: string };
export type ChargeEvent =
  | ({ readonly type: 'ChargeMade' } & Omit<OneOff, 'invoiceId'>)
  | { readonly type: 'ChargeBilled'; readonly invoiceId: string };
export type InvalidAmount = Rejection & { readonly reason: 'InvalidAmount'; readonly field: string };
export type ChargeRejection = InvalidInput | InvalidAmount;

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
  ...command
}: MakeCharge): Decision<ChargeEvent, ChargeRejection> {
  const fields = new InputReader();
  const currency = fields.currency('input.currency', command.currency);
  if (drafts.length < 1 || drafts.length > ITEMS_MAX)
    fields.reject('input.items', `Give 1 to ${ITEMS_MAX} items.`);
  const items = drafts
    .slice(0, ITEMS_MAX)
    .map((draft, index) => readItem(fields, `input.items[${index}]`, draft));
  if (fields.rejection !== null) return reject(fields.rejection);
  const made = { customerId, currency, items, createdAt };
  const lines = oneOffCharges('', { ...made, invoiceId: null }, createdAt);
  const nothing = lines.findIndex(
    (line) => ratedLine({ ...line, lineId: 'lin_' }, currency).amountMinor <= 0n,
  );
  if (nothing < 0) return accept({ type: 'ChargeMade', ...made });
  const field = `input.items[${nothing}].amount`;
  return reject({ reason: 'InvalidAmount', message: 'Give an amount that comes to more than 0.', field });
}

function readItem(fields: InputReader, path: string, draft: ItemDraft): ChargeItem {
  const key = fields.code(`${path}.key`, draft.key);
  return {
    key,
    description: fields.optionalText(`${path}.description`, draft.description, NAME_MAX_CHARS) ?? key,
    amount: fields.signed(`${path}.amount`, draft.amount),
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
