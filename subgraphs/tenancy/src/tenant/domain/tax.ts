import { readJurisdiction, readJurisdictionIn, type Jurisdiction } from '@tollgate/kernel/jurisdiction';
import { type InputReader } from '@tollgate/kernel/input';
import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { LocalDate } from '@tollgate/kernel/time/time';

/** A tax of a jurisdiction; a compound one taxes the taxes before it, too. */
export interface JurisdictionTax {
  readonly name: string;
  readonly percent: Decimal;
  readonly compound: boolean;
}

/** Taxes of a jurisdiction from a day on, until its next entry; none: it takes none. */
export interface TaxEntry {
  readonly jurisdiction: Jurisdiction;
  /** Null: ever since. */
  readonly from: LocalDate | null;
  readonly taxes: readonly JurisdictionTax[];
}

/** What a tenant says of its taxes. */
export interface TaxSettings {
  /** Where the seller is; its country, or a part of that. */
  readonly jurisdiction: Jurisdiction;
  /** Where else it is registered for tax. */
  readonly registrations: readonly Jurisdiction[];
  /** Its sales to consumers in other countries of the EU stay below the threshold of distance sales. */
  readonly belowThreshold: boolean;
  /** Whether prices include tax. */
  readonly pricing: 'EXCLUSIVE' | 'INCLUSIVE';
  /** Whether the standard rates that come with Tollgate hold where the tenant gives none. */
  readonly standardRates: boolean;
  /** What happens where a tax is due whose rates are not known. */
  readonly unknownRates: 'WARN' | 'HOLD';
  readonly rates: readonly TaxEntry[];
  /** The seller's own VAT id, with which registers are asked; documents say it. */
  readonly vatId: string | null;
}

type Maybe<T> = T | null | undefined;

export interface TaxSettingsInput {
  readonly jurisdiction?: Maybe<string>;
  readonly registrations?: Maybe<readonly string[]>;
  readonly belowThreshold?: Maybe<boolean>;
  readonly pricing?: Maybe<TaxSettings['pricing']>;
  readonly standardRates?: Maybe<boolean>;
  readonly unknownRates?: Maybe<TaxSettings['unknownRates']>;
  readonly rates?: Maybe<readonly TaxEntryInput[]>;
  readonly vatId?: Maybe<string>;
}

interface TaxEntryInput {
  readonly jurisdiction: string;
  readonly from?: Maybe<string>;
  readonly taxes: readonly {
    readonly name: string;
    readonly percent: string;
    readonly compound?: Maybe<boolean>;
  }[];
}

/** Entries of a tenant's own table, and places that it is registered in. */
export const TAX_ENTRIES_MAX = 1_000;
/** Taxes of one jurisdiction that act together. */
const TAXES_MAX = 10;
const TAX_NAME_MAX_CHARS = 100;
const HUNDRED = decimal('100');
const PLACES = 6;
const VAT_ID_MAX_CHARS = 15;

/** The tax settings of a tenant in a country, each of their fields checked. */
export function readTaxSettings(fields: InputReader, input: TaxSettingsInput, country: string): TaxSettings {
  const value = input.jurisdiction ?? country;
  const jurisdiction = readJurisdictionIn(fields, 'input.tax.jurisdiction', {
    whose: 'tenant',
    country,
    value,
  });
  return {
    jurisdiction,
    registrations: readRegistrations(fields, input.registrations ?? []),
    belowThreshold: input.belowThreshold ?? false,
    pricing: input.pricing ?? 'EXCLUSIVE',
    standardRates: input.standardRates ?? false,
    unknownRates: input.unknownRates ?? 'WARN',
    rates: readEntries(fields, input.rates ?? []),
    vatId: fields.optionalText('input.tax.vatId', input.vatId, VAT_ID_MAX_CHARS),
  };
}

/** A percentage of a net amount, 0 to 100. */
export function readPercent(fields: InputReader, field: string, percent: string): Decimal {
  const read = fields.amount(field, percent);
  const decimals = read.split('.')[1]?.length ?? 0;
  if (compareDecimal(read, HUNDRED) > 0 || decimals > PLACES)
    fields.reject(field, `Give a percentage from 0 to 100 with at most ${PLACES} decimals, for example 19.`);
  return read;
}

function readRegistrations(fields: InputReader, given: readonly string[]): Jurisdiction[] {
  const field = 'input.tax.registrations';
  if (given.length > TAX_ENTRIES_MAX) fields.reject(field, `Give at most ${TAX_ENTRIES_MAX} places.`);
  const read = given.map((place, index) => readJurisdiction(fields, `${field}[${index}]`, place));
  return [...new Set(read)];
}

function readEntries(fields: InputReader, given: readonly TaxEntryInput[]): TaxEntry[] {
  const field = 'input.tax.rates';
  if (given.length > TAX_ENTRIES_MAX) {
    fields.reject(field, `Give at most ${TAX_ENTRIES_MAX} entries.`);
    return [];
  }
  const seen = new Set<string>();
  return given.map((entry, index) => {
    const read = readEntry(fields, `${field}[${index}]`, entry);
    const key = `${read.jurisdiction} ${read.from ?? ''}`;
    if (seen.has(key)) fields.reject(`${field}[${index}]`, 'Give one entry for each jurisdiction and day.');
    seen.add(key);
    return read;
  });
}

function readEntry(
  fields: InputReader,
  field: string,
  { jurisdiction, from, taxes }: TaxEntryInput,
): TaxEntry {
  if (taxes.length > TAXES_MAX) fields.reject(`${field}.taxes`, `Give at most ${TAXES_MAX} taxes.`);
  return {
    jurisdiction: readJurisdiction(fields, `${field}.jurisdiction`, jurisdiction),
    from: from === undefined || from === null ? null : fields.date(`${field}.from`, from),
    taxes: taxes.slice(0, TAXES_MAX).map(({ name, percent, compound }, index) => ({
      name: fields.text(`${field}.taxes[${index}].name`, name, TAX_NAME_MAX_CHARS),
      percent: readPercent(fields, `${field}.taxes[${index}].percent`, percent),
      compound: compound ?? false,
    })),
  };
}
