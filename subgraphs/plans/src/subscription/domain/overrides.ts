import type { InputReader } from '@tollgate/kernel/input';
import type { Price } from '@tollgate/kernel/price/model';
import { isQuantityPrice } from '@tollgate/kernel/price/parse-price';
import { readPriceInput, type PriceInput } from '@tollgate/kernel/price/price-input';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import type { Override, Phase } from './contract.js';

/** A price in the place of the plan's, as a client writes it. */
export interface OverrideDraft {
  readonly key: string;
  readonly price: PriceInput;
}

export interface PhaseDraft {
  readonly periods?: number | null | undefined;
  readonly overrides: readonly OverrideDraft[];
}

const OVERRIDES_MAX = 100;
/** Overrides go along with every bill, so that they are short. */
const OVERRIDE_ROWS_MAX = 200;
const PHASES_MAX = 100;
const PHASE_PERIODS_MAX = 1_000;

/** What overrides are read against: the prices of the plan in the subscription's currency. */
export type Priced = readonly Pick<PlanPrice, 'key' | 'meterId'>[];

/** Reads prices that stand in the place of the plan's. */
export function readOverrides(
  fields: InputReader,
  path: string,
  { drafts, prices }: { readonly drafts: readonly OverrideDraft[]; readonly prices: Priced },
): readonly Override[] {
  if (drafts.length > OVERRIDES_MAX) fields.reject(path, `Give at most ${OVERRIDES_MAX} overrides.`);
  const seen = new Set<string>();
  return drafts.slice(0, OVERRIDES_MAX).map(({ key, price: input }, index) => {
    const at = `${path}[${index}]`;
    const price = readPriceInput(fields, `${at}.price`, input);
    const own = prices.find((one) => one.key === key);
    if (own === undefined) fields.reject(`${at}.key`, 'Give the key of a price of the plan.');
    if (seen.has(key)) fields.reject(`${at}.key`, 'Give each price once.');
    seen.add(key);
    if (own !== undefined) rejectMisfit(fields, `${at}.price`, { own, price });
    return { key, price };
  });
}

function rejectMisfit(
  fields: InputReader,
  path: string,
  { own, price }: { readonly own: Priced[number]; readonly price: Price },
): void {
  const isFee = own.meterId === null;
  if (!isFee && price.model === 'flat')
    fields.reject(path, 'Give a price of a quantity: this one is of usage.');
  if (isFee && price.model !== 'flat' && !isQuantityPrice(price))
    fields.reject(path, 'Give a fixed amount or a price of a quantity: this one is a fee.');
  if (price.model === 'matrix' && price.rows.length > OVERRIDE_ROWS_MAX)
    fields.reject(`${path}.matrix.rows`, `Give at most ${OVERRIDE_ROWS_MAX} rows: a plan may have more.`);
}

/** Reads phases, which follow each other; only the last one lasts. */
export function readPhases(
  fields: InputReader,
  path: string,
  { drafts, prices }: { readonly drafts: readonly PhaseDraft[]; readonly prices: Priced },
): readonly Phase[] {
  if (drafts.length > PHASES_MAX) fields.reject(path, `Give at most ${PHASES_MAX} phases.`);
  return drafts.slice(0, PHASES_MAX).map(({ periods = null, overrides }, index) => {
    const at = `${path}[${index}]`;
    if (periods === null && index < drafts.length - 1)
      fields.reject(`${at}.periods`, 'Give the number of periods: only the last phase lasts.');
    return {
      periods: periods === null ? null : fields.integer(`${at}.periods`, periods, [1, PHASE_PERIODS_MAX]),
      overrides: readOverrides(fields, `${at}.overrides`, { drafts: overrides, prices }),
    };
  });
}
