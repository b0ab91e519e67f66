import { assert } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal, fromRational, subDecimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { Id } from '@tollgate/kernel/id';
import * as rational from '@tollgate/kernel/number/rational';
import type { Period } from '@tollgate/kernel/time/time';
import type { TierPart } from '../../rating/domain/tiers.js';
import { rate, type PriceModel } from '../../rating/domain/rating.js';
import { exclusiveTax } from '../../tax/domain/tax.js';

/** Rules that amounts are computed by; an invoice names the one it was computed with. */
export const RATING_RULES = 1;

/** Most lines of one invoice: a plan has at most 100 prices, and late lines of earlier periods join. */
export const LINES_MAX = 1_000;

/** One price over one period, as it was known when the invoice was computed. */
export interface Charge {
  readonly lineId: Id<'lin'>;
  readonly kind: 'fee' | 'usage';
  readonly priceId: string;
  readonly description: string;
  readonly meterId: string | null;
  readonly meterCode: string | null;
  readonly model: PriceModel;
  readonly period: Period;
  /** Cumulative quantity of the period. */
  readonly quantity: Decimal;
  /** Cumulative quantity that earlier invoices billed; null where none did. */
  readonly billed: Decimal | null;
}

/** Everything an invoice is computed from: anybody who has it can compute the invoice again. */
export interface Basis {
  readonly rules: typeof RATING_RULES;
  /** What caused it: the start of a subscription, the close of a period, or usage after the last close. */
  readonly origin: 'start' | 'close' | 'late';
  readonly customerId: string;
  readonly customerRevision: number;
  readonly country: string;
  readonly subscriptionId: string | null;
  readonly planVersionId: string | null;
  readonly currency: Currency;
  readonly period: Period;
  readonly charges: readonly Charge[];
  /** Null where the tenant has no rate for the country: taxed at 0. */
  readonly taxPercent: Decimal | null;
  readonly settingsRevision: number;
}

/** A tier inside a line; exact amounts in major units. */
export interface LineTier {
  readonly tier: number;
  readonly upTo: Decimal | null;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
  readonly amount: Decimal;
}

export interface Line {
  readonly id: Id<'lin'>;
  readonly kind: Charge['kind'];
  readonly description: string;
  readonly meterId: string | null;
  readonly quantity: Decimal;
  readonly includedQuantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amountMinor: bigint;
  readonly taxMinor: bigint;
  readonly period: Period;
  readonly tiers: readonly LineTier[];
}

export interface Totals {
  readonly subtotalMinor: bigint;
  readonly taxMinor: bigint;
  readonly totalMinor: bigint;
}

/** What an invoice bills. */
export interface Computation {
  readonly lines: readonly Line[];
  readonly totals: Totals;
}

/** The invoice of a basis; the same basis gives the same bytes. Each line is rounded once, and so is the tax. */
export function compute(basis: Basis): Computation {
  assert(basis.charges.length <= LINES_MAX, 'an invoice has a bounded number of lines');
  const rated = basis.charges.map((charge) => ({ charge, ...rate(charge.model, charge, basis.currency) }));
  const amounts = rated.map(({ amount }) => amount.minor);
  const { tax, parts } = exclusiveTax(amounts, basis.taxPercent ?? decimal('0'), basis.currency);
  const subtotalMinor = amounts.reduce((sum, minor) => sum + minor, 0n);
  return {
    lines: rated.map(({ charge, amount, included, tiers }, index) => ({
      id: charge.lineId,
      kind: charge.kind,
      description: charge.billed === null ? charge.description : `${charge.description} (late usage)`,
      meterId: charge.meterId,
      quantity: charge.billed === null ? charge.quantity : subDecimal(charge.quantity, charge.billed),
      includedQuantity: fromRational(included),
      unitAmount: unitAmountOf(charge.model),
      amountMinor: amount.minor,
      taxMinor: parts[index] ?? 0n,
      period: charge.period,
      tiers: tiers.map((part) => lineTier(charge.model, part)),
    })),
    totals: { subtotalMinor, taxMinor: tax.minor, totalMinor: subtotalMinor + tax.minor },
  };
}

/** The basis with new cumulative quantities of one period, by meter; meters without an entry have none: 0. */
export function withUsage(
  basis: Basis,
  period: Period,
  quantities: Readonly<Record<string, Decimal>>,
): Basis {
  const charges = basis.charges.map((charge) =>
    charge.kind === 'usage' && charge.period.from === period.from
      ? { ...charge, quantity: quantities[charge.meterId ?? ''] ?? decimal('0') }
      : charge,
  );
  return { ...basis, charges };
}

function unitAmountOf(model: PriceModel): Decimal | null {
  if (model.kind === 'flat') return model.amount;
  return model.kind === 'per_unit' ? model.unitAmount : null;
}

function lineTier(model: PriceModel, part: TierPart): LineTier {
  const tier = model.kind === 'graduated' ? model.tiers[part.tier - 1] : undefined;
  assert(tier !== undefined, 'only a tiered price has parts, one per tier');
  return {
    tier: part.tier,
    upTo: tier.upTo,
    quantity: fromRational(part.quantity),
    unitAmount: tier.unitAmount,
    flatAmount: fromRational(part.flat),
    amount: fromRational(rational.add(part.usage, part.flat)),
  };
}
