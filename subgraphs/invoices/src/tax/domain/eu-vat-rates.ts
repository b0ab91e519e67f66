import { decimal } from '@tollgate/kernel/number/decimal';
import { localDate } from '@tollgate/kernel/time/time';
import type { RateEntry, RateTable } from './place-of-supply.js';

/** The day from which sales to consumers of other member states are taxed by one rule (the one-stop shop). */
const SINCE = '2021-07-01';

/** Standard rates in percent, by the day from which they hold. */
const STANDARD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AT: { [SINCE]: '20' },
  BE: { [SINCE]: '21' },
  BG: { [SINCE]: '20' },
  CY: { [SINCE]: '19' },
  CZ: { [SINCE]: '21' },
  DE: { [SINCE]: '19' },
  DK: { [SINCE]: '25' },
  EE: { [SINCE]: '20', '2024-01-01': '22', '2025-07-01': '24' },
  ES: { [SINCE]: '21' },
  FI: { [SINCE]: '24', '2024-09-01': '25.5' },
  FR: { [SINCE]: '20' },
  GR: { [SINCE]: '24' },
  HR: { [SINCE]: '25' },
  HU: { [SINCE]: '27' },
  IE: { [SINCE]: '23' },
  IT: { [SINCE]: '22' },
  LT: { [SINCE]: '21' },
  LU: { [SINCE]: '17', '2023-01-01': '16', '2024-01-01': '17' },
  LV: { [SINCE]: '21' },
  MT: { [SINCE]: '18' },
  NL: { [SINCE]: '21' },
  PL: { [SINCE]: '23' },
  PT: { [SINCE]: '23' },
  RO: { [SINCE]: '19', '2025-08-01': '21' },
  SE: { [SINCE]: '25' },
  SI: { [SINCE]: '22' },
  SK: { [SINCE]: '20', '2025-01-01': '23' },
};

/** VAT on digital services in the member states. A seller with other rates brings another table. */
export const EU_VAT_RATES: RateTable = Object.entries(STANDARD).flatMap(([jurisdiction, rates]) =>
  Object.entries(rates).map(([from, percent]): RateEntry => ({
    jurisdiction,
    from: localDate(from),
    rates: [{ name: 'VAT', percent: decimal(percent), compound: false }],
  })),
);
