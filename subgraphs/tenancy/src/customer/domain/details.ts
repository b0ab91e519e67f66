import type { Country } from '@tollgate/kernel/country';
import { ADDRESS_LINE_MAX_CHARS, NAME_MAX_CHARS, type InputReader } from '@tollgate/kernel/input';
import { readLabels, type Labels } from '@tollgate/kernel/labels';
import type { TimeZone } from '@tollgate/kernel/time/time';
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
}

const TAX_ID_MAX_CHARS = 64;
const POSTAL_CODE_MAX_CHARS = 32;

type Draft = {
  readonly [K in keyof Omit<CustomerDetails, 'address' | 'metadata' | keyof typeof PAYMENT>]: string | null;
} & {
  readonly address: AddressInput | null;
  readonly metadata: unknown;
} & Pick<CustomerDetails, keyof typeof PAYMENT>;

/** What customers pay by unless said otherwise, and those of before. */
export const PAYMENT = { collection: 'AUTOMATIC', dueDays: null } as const;

/** A customer of whom nothing is said. */
export const NOTHING = {
  ...{ name: '', email: null, taxId: null, address: null, externalId: null, metadata: null },
  ...PAYMENT,
};

/** What an input says: null means nothing where a value must be. */
export function given(input: CustomerInput): Partial<Draft> {
  const { name, email, country, timeZone, taxId, address, externalId, metadata, collection, dueDays } = input;
  return {
    ...(name === undefined || name === null ? {} : { name }),
    ...(country === undefined || country === null ? {} : { country }),
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

/** The details of a customer, each checked. */
export function readDetails(fields: InputReader, draft: Draft): CustomerDetails {
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
