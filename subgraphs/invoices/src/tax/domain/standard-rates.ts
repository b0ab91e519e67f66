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

/** The same elsewhere: Great Britain, Iceland, Liechtenstein, Norway, Switzerland, Australia, New Zealand, Singapore. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AU: { '2017-07-01': '10' },
  CH: { '2018-01-01': '7.7', '2024-01-01': '8.1' },
  GB: { '2011-01-04': '20' },
  IS: { '2015-01-01': '24' },
  LI: { '2018-01-01': '7.7', '2024-01-01': '8.1' },
  NO: { '2005-01-01': '25' },
  NZ: { '2016-10-01': '15' },
  SG: { '2020-01-01': '7', '2023-01-01': '8', '2024-01-01': '9' },
};

/** What they are called there. */
const NAMES: Readonly<Record<string, string>> = { AU: 'GST', NZ: 'GST', SG: 'GST' };

/**
 * Standard rates on digital services. Those of the EU are from the Commission's "Taxes in Europe" database, the others from the
 * revenue services of their countries, as of 2025. A seller with other rates brings another table.
 */
export const STANDARD_RATES: RateTable = Object.entries({ ...STANDARD, ...ELSEWHERE }).flatMap(
  ([jurisdiction, rates]) =>
    Object.entries(rates).map(([from, percent]): RateEntry => ({
      jurisdiction,
      from: localDate(from),
      rates: [{ name: NAMES[jurisdiction] ?? 'VAT', percent: decimal(percent), compound: false }],
    })),
);
