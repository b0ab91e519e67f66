import type { InputReader } from '@tollgate/kernel/input';
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
    const isFlat = price.model === 'flat';
    if (own !== undefined && own.meterId !== null && isFlat)
      fields.reject(`${at}.price`, 'Give a price of a quantity: this one is of usage.');
    if (!isFlat && !isQuantityPrice(price))
      fields.reject(`${at}.price`, 'Give a price of a quantity: no meter feeds this model yet.');
    return { key, price };
  });
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
