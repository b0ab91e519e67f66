import type { Country } from '@tollgate/kernel/country';
import { readJurisdictionIn, type Jurisdiction } from '@tollgate/kernel/jurisdiction';
import { ADDRESS_LINE_MAX_CHARS, NAME_MAX_CHARS, type InputReader } from '@tollgate/kernel/input';
import { readLabels, type Labels } from '@tollgate/kernel/labels';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { Language } from '../../tenant/domain/mail.js';
import { DUE_DAYS_MAX } from '../../tenant/domain/settings.js';

export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
}

/** What may change about a customer. */
export interface CustomerDetails extends Labels {
  readonly name: string;
  readonly email: string | null;
  readonly country: Country;
  readonly timeZone: TimeZone;
  readonly taxId: string | null;
  readonly address: Address | null;
  readonly collection: Collection;
  /** Days from finalisation to when payment is due; null = the tenant's. */
  readonly dueDays: number | null;
  /** Where its tax is decided: its country, or a part of it. */
  readonly jurisdiction: Jurisdiction;
  readonly business: boolean;
  readonly taxExemption: TaxExemption | null;
  /** With its prefix and without separators. */
  readonly vatId: string | null;
  /** Its own number of what it ordered, for its invoices. */
  readonly purchaseOrder: string | null;
  /** What its invoices say beside their lines. */
  readonly invoiceMemo: string | null;
  /** Null = the tenant's. */
  readonly language: Language | null;
}

/** Why a customer pays no tax. */
export interface TaxExemption {
  readonly reason: string;
  /** Number of the certificate that says so. */
  readonly certificate: string | null;
}

/** Whether invoices are charged by themselves, or the customer pays them. */
export type Collection = 'AUTOMATIC' | 'MANUAL';

type AddressInput = { readonly [K in keyof Address]?: string | null | undefined };

export interface CustomerInput {
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly country?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly taxId?: string | null | undefined;
  readonly address?: AddressInput | null | undefined;
  readonly collection?: Collection | null | undefined;
  readonly dueDays?: number | null | undefined;
  readonly jurisdiction?: string | null | undefined;
  readonly business?: boolean | null | undefined;
  readonly taxExemption?: TaxExemptionInput | null | undefined;
  /** In its canonical form: it was read before. */
  readonly vatId?: string | null | undefined;
  readonly purchaseOrder?: string | null | undefined;
  readonly invoiceMemo?: string | null | undefined;
  readonly language?: Language | null | undefined;
}

type TaxExemptionInput = { readonly [K in keyof TaxExemption]?: string | null | undefined };

const TAX_ID_MAX_CHARS = 64;
const POSTAL_CODE_MAX_CHARS = 32;
const REASON_MAX_CHARS = 200;
const ORDER_MAX_CHARS = 64;
const MEMO_MAX_CHARS = 1_000;

type Draft = {
  readonly [K in keyof Omit<CustomerDetails, 'address' | 'metadata' | 'jurisdiction' | keyof typeof LATER>]:
    string | null;
} & {
  readonly address: AddressInput | null;
  readonly metadata: unknown;
  /** Null: the country. */
  readonly jurisdiction: string | null;
  readonly taxExemption: TaxExemptionInput | null;
} & Pick<CustomerDetails, keyof typeof PAYMENT | 'business' | 'vatId' | 'language' | keyof typeof DOCUMENTS>;

/** What customers pay by unless said otherwise, and those of before. */
export const PAYMENT = { collection: 'AUTOMATIC', dueDays: null } as const;

/** What decides about a customer's tax unless said otherwise, and about that of those of before. */
export const TAX = { business: false, taxExemption: null, vatId: null } as const;

/** What documents say of a customer unless said otherwise. */
const DOCUMENTS = { purchaseOrder: null, invoiceMemo: null } as const;

/** What customers of before had not. */
export const LATER = { ...PAYMENT, ...TAX, ...DOCUMENTS, language: null } as const;

/** A customer of whom nothing is said. */
export const NOTHING = {
  ...{ name: '', email: null, taxId: null, address: null, externalId: null, metadata: null },
  jurisdiction: null,
  ...LATER,
};

/** What an input says: null means nothing where a value must be. */
export function given(input: CustomerInput): Partial<Draft> {
  const { name, email, timeZone, taxId, address, externalId, metadata, collection, dueDays } = input;
  const { business, taxExemption, vatId, purchaseOrder, invoiceMemo, language } = input;
  return {
    ...(name === undefined || name === null ? {} : { name }),
    ...placeOf(input),
    ...(business === undefined || business === null ? {} : { business }),
    ...(taxExemption === undefined ? {} : { taxExemption }),
    ...(vatId === undefined ? {} : { vatId }),
    ...(purchaseOrder === undefined ? {} : { purchaseOrder }),
    ...(invoiceMemo === undefined ? {} : { invoiceMemo }),
    ...(language === undefined ? {} : { language }),
    ...(timeZone === undefined || timeZone === null ? {} : { timeZone }),
    ...(email === undefined ? {} : { email }),
    ...(taxId === undefined ? {} : { taxId }),
    ...(address === undefined ? {} : { address }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(collection === undefined || collection === null ? {} : { collection }),
    ...(dueDays === undefined ? {} : { dueDays }),
  };
}

/** A country alone decides about tax, unless a part of it is said too; a part says the country. */
function placeOf({ country, jurisdiction }: CustomerInput): Partial<Draft> {
  if (jurisdiction !== undefined && jurisdiction !== null)
    return { jurisdiction, country: country ?? jurisdiction.slice(0, COUNTRY_CHARS) };
  return country === undefined || country === null ? {} : { country, jurisdiction: null };
}

const COUNTRY_CHARS = 2;

/** The details of a customer, each checked. */
export function readDetails(fields: InputReader, draft: Draft): CustomerDetails {
  const jurisdiction = readPlace(fields, draft);
  return {
    name: fields.text('input.name', draft.name ?? '', NAME_MAX_CHARS),
    email: fields.email('input.email', draft.email),
    country: fields.country('input.country', draft.country ?? ''),
    timeZone: fields.timeZone('input.timeZone', draft.timeZone ?? ''),
    taxId: fields.optionalText('input.taxId', draft.taxId, TAX_ID_MAX_CHARS),
    address: readAddress(fields, draft.address),
    ...readLabels(fields, draft),
    collection: draft.collection,
    dueDays:
      draft.dueDays === null ? null : fields.integer('input.dueDays', draft.dueDays, [0, DUE_DAYS_MAX]),
    jurisdiction,
    business: draft.business,
    taxExemption: readExemption(fields, draft.taxExemption),
    vatId: draft.vatId,
    purchaseOrder: fields.optionalText('input.purchaseOrder', draft.purchaseOrder, ORDER_MAX_CHARS),
    invoiceMemo: fields.prose('input.invoiceMemo', draft.invoiceMemo, MEMO_MAX_CHARS),
    language: draft.language,
  };
}

function readPlace(fields: InputReader, { jurisdiction, country }: Draft): Jurisdiction {
  if (jurisdiction === null) return country ?? '';
  return readJurisdictionIn(fields, 'input.jurisdiction', {
    whose: 'customer',
    country,
    value: jurisdiction,
  });
}

function readExemption(fields: InputReader, input: TaxExemptionInput | null): TaxExemption | null {
  if (input === null) return null;
  return {
    reason: fields.text('input.taxExemption.reason', input.reason ?? '', REASON_MAX_CHARS),
    certificate: fields.optionalText('input.taxExemption.certificate', input.certificate, TAX_ID_MAX_CHARS),
  };
}

function readAddress(fields: InputReader, input: AddressInput | null): Address | null {
  if (input === null) return null;
  const part = (name: keyof Address, max = ADDRESS_LINE_MAX_CHARS): string | null =>
    fields.optionalText(`input.address.${name}`, input[name], max);
  const address = {
    line1: part('line1'),
    line2: part('line2'),
    city: part('city'),
    region: part('region'),
    postalCode: part('postalCode', POSTAL_CODE_MAX_CHARS),
  };
  return Object.values(address).every((line) => line === null) ? null : address;
}
