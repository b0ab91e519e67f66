import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, NAME_MAX_CHARS, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { fromMajor } from '@tollgate/kernel/money/money';
import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';

/** A part of what remains, or an amount in major units. */
export type CouponValue =
  { readonly percent: Decimal } | { readonly amount: Decimal; readonly currency: Currency };

/** How long it discounts once it was applied: in billing periods, of target invoice in invoices. */
export type CouponDuration =
  | { readonly kind: 'once' }
  | { readonly kind: 'forever' }
  | { readonly kind: 'repeating'; readonly periods: number };

export type CouponTarget = 'line' | 'subscription' | 'invoice';

/** What can be taken off. It never changes. */
export interface Coupon {
  readonly id: Id<'cpn'>;
  readonly code: string;
  readonly name: string;
  readonly value: CouponValue;
  readonly target: CouponTarget;
  /** Keys of the prices whose lines it discounts; empty for other targets. */
  readonly keys: readonly string[];
  readonly duration: CouponDuration;
  /** Null = any number. */
  readonly maxRedemptions: number | null;
  /** The first instant at which it cannot be applied any more; null = there is none. */
  readonly redeemBy: Instant | null;
  readonly createdAt: Instant;
}

/** A coupon as a client writes it. */
export interface CouponDraft {
  readonly code: string;
  readonly name: string;
  readonly percent: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly target: CouponTarget;
  readonly keys: readonly string[];
  readonly duration: CouponDuration['kind'];
  readonly periods: number | null;
  readonly maxRedemptions: number | null;
  readonly redeemBy: string | null;
}

export interface CreateCoupon {
  readonly type: 'CreateCoupon';
  readonly id: Id<'cpn'>;
  readonly draft: CouponDraft;
  /** The tenant's; null where it is not known. */
  readonly usualCurrency: string | null;
  /** Whether another coupon has the code. */
  readonly isTaken: boolean;
  readonly now: Instant;
}

export type CouponCreated = { readonly type: 'CouponCreated' } & Coupon;
export type CouponCodeTaken = Rejection & { readonly reason: 'CouponCodeTaken'; readonly code: string };
export type CouponRejection = InvalidInput | CouponCodeTaken;

const KEYS_MAX = 100;
const PERIODS_MAX = 1_000;
const REDEMPTIONS_MAX = 1_000_000_000;
const WHOLE = decimal('100');

export const couponDecider: Decider<Coupon | null, CreateCoupon, CouponCreated, CouponRejection> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: CreateCoupon, state: Coupon | null): Decision<CouponCreated, CouponRejection> {
  assert(state === null, 'a new coupon has a new id');
  const { id, draft, usualCurrency, isTaken, now: createdAt } = command;
  const fields = new InputReader();
  const { maxRedemptions, redeemBy } = draft;
  const coupon: Coupon = {
    id,
    code: fields.code('input.code', draft.code),
    name: fields.text('input.name', draft.name, NAME_MAX_CHARS),
    value: readValue(fields, draft, usualCurrency),
    target: draft.target,
    keys: readKeys(fields, draft),
    duration: readDuration(fields, draft),
    maxRedemptions:
      maxRedemptions === null
        ? null
        : fields.integer('input.maxRedemptions', maxRedemptions, [1, REDEMPTIONS_MAX]),
    redeemBy: redeemBy === null ? null : fields.instant('input.redeemBy', redeemBy),
    createdAt,
  };
  if (fields.rejection !== null) return reject(fields.rejection);
  const { code } = coupon;
  if (isTaken) return reject({ reason: 'CouponCodeTaken', message: 'Another coupon has this code.', code });
  return accept({ type: 'CouponCreated', ...coupon });
}

function readValue(fields: InputReader, draft: CouponDraft, usual: string | null): CouponValue {
  const { percent, amount } = draft;
  if ((percent === null) === (amount === null))
    fields.reject('input', 'Give either a percentage or an amount.');
  if (percent !== null) {
    const part = fields.positive('input.percent', percent);
    if (compareDecimal(part, WHOLE) > 0) fields.reject('input.percent', 'Give at most 100.');
    return { percent: part };
  }
  const currency = fields.currency('input.currency', draft.currency ?? usual);
  const given = fields.positive('input.amount', amount);
  if (parseCurrency(currency) !== null && fromMajor(given, currency) === null)
    fields.reject('input.amount', `Give whole minor units of ${currency}.`);
  return { amount: given, currency };
}

function readKeys(fields: InputReader, { target, keys }: CouponDraft): readonly string[] {
  if (target === 'line' && (keys.length < 1 || keys.length > KEYS_MAX))
    fields.reject('input.priceKeys', `Give 1 to ${KEYS_MAX} keys of prices.`);
  if (target !== 'line' && keys.length > 0)
    fields.reject('input.priceKeys', 'Leave this out: only coupons on lines name prices.');
  return keys.map((key, index) => fields.code(`input.priceKeys[${index}]`, key));
}

function readDuration(fields: InputReader, { duration: kind, periods }: CouponDraft): CouponDuration {
  if (kind === 'repeating')
    return { kind, periods: fields.integer('input.periods', periods, [1, PERIODS_MAX]) };
  if (periods !== null)
    fields.reject('input.periods', 'Leave this out: only repeating coupons have periods.');
  return { kind };
}

function evolve(_state: Coupon | null, event: CouponCreated): Coupon {
  switch (event.type) {
    case 'CouponCreated': {
      const { type: _type, ...coupon } = event;
      return coupon;
    }
    default:
      return unreachable(event.type);
  }
}
