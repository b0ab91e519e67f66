import { toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { instant, type Period } from '@tollgate/kernel/time/time';
import { ratedLine } from '../../invoice/domain/line.js';
import { feeCharges } from './fees.js';
import type { Terms } from './terms.js';

/** Billing periods of a subscription that are not billed any more. */
export interface UnbilledPeriods {
  readonly terms: Terms;
  /** How many whole ones. */
  readonly whole: number;
  readonly parts: readonly { readonly full: Period; readonly active: Period }[];
}

const HUNDRED = rational.fromInteger(100n);
/** Of a whole period nobody asks when it is. */
const ANY: Period = { from: instant('1970-01-01T00:00:00Z'), to: instant('1970-02-01T00:00:00Z') };

/**
 * A part, in percent, of the fees of these periods, in minor units; each fee is rounded as an invoice would, and the part of
 * their sum once, half away from zero.
 */
export function remainingFees(percent: Decimal, unbilled: readonly UnbilledPeriods[]): bigint {
  const sum = unbilled.reduce((total, one) => total + feesOf(one), 0n);
  const share = rational.div(toRational(percent), HUNDRED);
  return rational.round(rational.mul(rational.fromInteger(sum), share));
}

function feesOf({ terms, whole, parts }: UnbilledPeriods): bigint {
  const each = feesMinor(terms, ANY, null);
  return parts.reduce((sum, { full, active }) => sum + feesMinor(terms, active, full), each * BigInt(whole));
}

function feesMinor(terms: Terms, period: Period, full: Period | null): bigint {
  return feeCharges(terms, { index: 0, paid: 0, period, full })
    .map((charge) => ratedLine({ ...charge, lineId: 'lin_' }, terms.currency).amountMinor)
    .reduce((sum, minor) => sum + minor, 0n);
}
