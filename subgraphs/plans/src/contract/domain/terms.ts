import type { InputReader } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { fromMajor } from '@tollgate/kernel/money/money';
import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/number/decimal';

/** What becomes of a contract at the end of a term. */
export interface Renewal {
  readonly automatic: boolean;
  /** Notice is given at the latest so many local days before the end of a term. */
  readonly noticeDays: number;
  /** Length of a term that follows. */
  readonly months: number;
}

/** What an end before the end of the term costs; a part of the fees for the rest of it, or an amount in major units. */
export type TerminationFee =
  | { readonly kind: 'remaining_fees'; readonly percent: Decimal }
  | { readonly kind: 'amount'; readonly amount: Decimal };

/** By how much prices rise with every year of a contract. */
export interface Escalator {
  readonly percent: Decimal;
  readonly of: 'fees' | 'all';
}

/** What is paid for usage in advance, for each term, in major units. */
export interface CommitmentTerms {
  readonly amount: Decimal;
  /** What becomes of the rest at the end of a term that is followed by another. */
  readonly unused: 'expires' | 'rolls_over';
}

/** What a contract says besides whom it binds and for how long. */
export interface Agreed {
  readonly renewal: Renewal;
  readonly terminationFee: TerminationFee | null;
  readonly escalator: Escalator | null;
  readonly commitment: CommitmentTerms | null;
}

/** The same as a client writes it. */
export interface AgreedDraft {
  readonly automatic: boolean;
  readonly noticeDays: number;
  readonly renewalMonths: number;
  readonly terminationFee: { readonly percent: string | null; readonly amount: string | null } | null;
  readonly escalator: { readonly percent: string; readonly of: Escalator['of'] } | null;
  readonly commitment: { readonly amount: string; readonly unused: CommitmentTerms['unused'] } | null;
}

export const TERM_MONTHS = [1, 120] as const;
const NOTICE_DAYS = [0, 366] as const;
const WHOLE = decimal('100');

/** Reads what a contract says, of the fields of `input`. */
export function readAgreed(fields: InputReader, draft: AgreedDraft, currency: Currency): Agreed {
  const { automatic, noticeDays, renewalMonths, terminationFee, escalator, commitment } = draft;
  return {
    renewal: {
      automatic,
      noticeDays: fields.integer('input.renewal.noticeDays', noticeDays, NOTICE_DAYS),
      months: fields.integer('input.renewal.months', renewalMonths, TERM_MONTHS),
    },
    terminationFee: terminationFee && readFee(fields, terminationFee, currency),
    escalator: escalator && {
      percent: readPercent(fields, 'input.escalator.percent', escalator.percent),
      of: escalator.of,
    },
    commitment: commitment && {
      amount: readAmount(fields, 'input.commitment.amount', { text: commitment.amount, currency }),
      unused: commitment.unused,
    },
  };
}

function readFee(
  fields: InputReader,
  { percent, amount }: NonNullable<AgreedDraft['terminationFee']>,
  currency: Currency,
): TerminationFee {
  const path = 'input.terminationFee';
  if ((percent === null) === (amount === null))
    fields.reject(path, 'Give either a part of the remaining fees or an amount.');
  if (percent === null)
    return {
      kind: 'amount',
      amount: readAmount(fields, `${path}.amount`, { text: amount ?? '1', currency }),
    };
  return {
    kind: 'remaining_fees',
    percent: readPercent(fields, `${path}.percentOfRemainingFees`, percent),
  };
}

function readPercent(fields: InputReader, path: string, text: string): Decimal {
  const percent = fields.positive(path, text);
  if (compareDecimal(percent, WHOLE) > 0) fields.reject(path, 'Give at most 100.');
  return percent;
}

function readAmount(
  fields: InputReader,
  path: string,
  { text, currency }: { readonly text: string; readonly currency: Currency },
): Decimal {
  const amount = fields.positive(path, text);
  if (fromMajor(amount, currency) === null) fields.reject(path, `Give whole minor units of ${currency}.`);
  return amount;
}
