import { unreachable } from '@tollgate/kernel/assert';
import { activeFraction } from '@tollgate/kernel/money/proration';
import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import { addMonths } from '@tollgate/kernel/time/calendar';
import {
  addDaysToDate,
  civilOf,
  dateFromCivil,
  dateOf,
  type LocalDate,
  type Period,
} from '@tollgate/kernel/time/time';
import type { FeeCharge } from '../../invoice/domain/basis.js';
import type { PriceTerms, Terms } from './terms.js';

const ONE = decimal('1');
const WEEK_DAYS = 7;
const MONTHS_OF_YEAR = 12;

/** Fees of a whole period, billed in advance. */
export function feeCharges(terms: Terms, period: Period): Omit<FeeCharge, 'lineId'>[] {
  return feesOf(terms, period, null);
}

/** Fees of a first period, which may be the rest of a calendar period only. */
export function firstFeeCharges(terms: Terms, period: Period): Omit<FeeCharge, 'lineId'>[] {
  return feesOf(terms, period, partOf(terms, period));
}

function feesOf(terms: Terms, period: Period, part: FeeCharge['part']): Omit<FeeCharge, 'lineId'>[] {
  return terms.prices
    .filter(({ meterId }) => meterId === null)
    .map((price) => ({
      ...chargeHead(terms, price),
      kind: 'fee',
      period,
      quantity: price.price.model === 'flat' ? ONE : terms.quantity,
      part,
    }));
}

/** What a line says of its price. */
export function chargeHead({ subscriptionId }: Terms, one: PriceTerms) {
  const { priceId, key, description, meterId, meterCode, price } = one;
  return { subscriptionId, priceId, key, description, meterId, meterCode, price };
}

/** What a first period has of the calendar period that it is the end of; null where it is a whole one. */
function partOf(terms: Terms, period: Period): FeeCharge['part'] {
  const { alignment, timeZone, grain } = terms;
  if (alignment === 'anniversary') return null;
  const to = dateOf(period.to, timeZone);
  const from = intervalBefore(to, terms.interval);
  if (from >= dateOf(period.from, timeZone)) return null;
  const { numerator, denominator } = activeFraction({ grain, timeZone }, { from, to }, period);
  return { numerator: fromRational(numerator), denominator: fromRational(denominator) };
}

/** The boundary before one of a calendar: a Monday, or the first of a month. */
function intervalBefore(date: LocalDate, { unit, count }: Terms['interval']): LocalDate {
  switch (unit) {
    case 'day':
      return addDaysToDate(date, -count);
    case 'week':
      return addDaysToDate(date, -count * WEEK_DAYS);
    case 'month':
      return dateFromCivil(addMonths(civilOf(date), -count));
    case 'year':
      return dateFromCivil(addMonths(civilOf(date), -count * MONTHS_OF_YEAR));
    default:
      return unreachable(unit);
  }
}
