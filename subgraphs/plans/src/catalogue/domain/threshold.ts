import { eachCurrencyOnce } from '@tollgate/kernel/currency-once';
import type { InputReader } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { compareDecimal, type Decimal } from '@tollgate/kernel/number/decimal';

/** When usage is billed before its period ends: amounts that it passes, in major units of a currency. */
export interface Threshold {
  readonly currency: Currency;
  /** Ascending; at least one. */
  readonly amounts: readonly Decimal[];
  /** Thresholds go on after the last one in steps of this; null where they do not. */
  readonly recurringStep: Decimal | null;
}

/** Thresholds as a client writes them. */
export interface ThresholdDraft {
  /** Absent = the tenant's. */
  readonly currency?: string | null | undefined;
  readonly amounts: readonly string[];
  readonly recurringStep?: string | null | undefined;
}

const THRESHOLDS_MAX = 200;
const AMOUNTS_MAX = 100;

/** Reads the thresholds of a version, at most one list for each currency. */
export function readThresholds(
  fields: InputReader,
  drafts: readonly ThresholdDraft[],
  usual: string | null,
): readonly Threshold[] {
  const path = 'input.thresholds';
  if (drafts.length > THRESHOLDS_MAX) fields.reject(path, `Give at most ${THRESHOLDS_MAX} thresholds.`);
  const thresholds = drafts
    .slice(0, THRESHOLDS_MAX)
    .map((draft, index) => readThreshold(fields, `${path}[${index}]`, { draft, usual }));
  eachCurrencyOnce(fields, path, thresholds);
  return thresholds;
}

function readThreshold(
  fields: InputReader,
  path: string,
  { draft, usual }: { readonly draft: ThresholdDraft; readonly usual: string | null },
): Threshold {
  const { amounts: texts, recurringStep } = draft;
  if (texts.length < 1 || texts.length > AMOUNTS_MAX)
    fields.reject(`${path}.amounts`, `Give 1 to ${AMOUNTS_MAX} amounts.`);
  const amounts = texts
    .slice(0, AMOUNTS_MAX)
    .map((text, index) => fields.positive(`${path}.amounts[${index}]`, text));
  amounts.forEach((amount, index) => {
    const before = amounts[index - 1];
    if (before !== undefined && compareDecimal(amount, before) <= 0)
      fields.reject(`${path}.amounts[${index}]`, 'Give amounts that ascend, for example 50 and 100.');
  });
  return {
    currency: fields.currency(`${path}.currency`, draft.currency ?? usual),
    amounts,
    recurringStep:
      recurringStep === null || recurringStep === undefined
        ? null
        : fields.positive(`${path}.recurringStep`, recurringStep),
  };
}
