import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { dateOf, type Instant, type LocalDate, type TimeZone } from '@tollgate/kernel/time/time';
import type { Country } from '@tollgate/kernel/country';
import {
  ADDRESS_LINE_MAX_CHARS,
  NAME_MAX_CHARS,
  InputReader,
  type InvalidInput,
} from '@tollgate/kernel/input';
import type { Settings } from '../../tenant/domain/settings.js';

export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
}

/** What may change about a customer. */
export interface CustomerDetails {
  readonly name: string;
  readonly email: string | null;
  readonly country: Country;
  readonly timeZone: TimeZone;
  readonly taxId: string | null;
  readonly address: Address | null;
}

/** Who is billed. The currency stays, so that all its invoices add up. */
export interface Customer extends CustomerDetails {
  readonly id: string;
  /** The tenant's own name for it, one customer each; null where it was given none. */
  readonly code: string | null;
  readonly currency: Currency;
  readonly createdAt: Instant;
  /** The day of its creation where the customer is. */
  readonly createdOn: LocalDate;
}

type AddressInput = { readonly [K in keyof Address]?: string | null | undefined };

export interface CustomerInput {
  readonly code?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly country?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly currency?: string | null | undefined;
  readonly taxId?: string | null | undefined;
  readonly address?: AddressInput | null | undefined;
}

export type CustomerCommand =
  | {
      readonly type: 'CreateCustomer';
      readonly id: string;
      readonly now: Instant;
      readonly defaults: Pick<Settings, 'country' | 'timeZone' | 'currency'>;
      readonly input: CustomerInput;
      /** Whether another customer has the code. */
      readonly codeIsTaken: boolean;
    }
  /** Absent stays. Null removes what may be missing (e-mail, tax id, address) and leaves the rest. */
  | { readonly type: 'ChangeCustomer'; readonly input: Omit<CustomerInput, 'currency' | 'code'> };

export type CustomerEvent =
  | {
      readonly type: 'CustomerCreated';
      readonly customer: Omit<Customer, 'code'> & Partial<Pick<Customer, 'code'>>;
    }
  | { readonly type: 'CustomerChanged'; readonly details: CustomerDetails };

export interface CustomerCodeTaken {
  readonly reason: 'CustomerCodeTaken';
  readonly message: string;
  readonly code: string;
}

export type CustomerRejection = InvalidInput | CustomerCodeTaken;

export const customerDecider: Decider<Customer | null, CustomerCommand, CustomerEvent, CustomerRejection> = {
  initial: null,
  decide,
  evolve,
};

const CODE_MAX_CHARS = 100;
const TAX_ID_MAX_CHARS = 64;
const POSTAL_CODE_MAX_CHARS = 32;

/** The code that an input gives a customer; null where it gives none, or one that no customer can have. */
export function customerCode(code: string | null | undefined): string | null {
  const fields = new InputReader();
  const text = fields.optionalText('input.code', code, CODE_MAX_CHARS);
  return fields.rejection === null ? text : null;
}

function decide(
  command: CustomerCommand,
  state: Customer | null,
): Decision<CustomerEvent, CustomerRejection> {
  switch (command.type) {
    case 'CreateCustomer':
      assert(state === null, 'a new customer has a new id');
      return create(command);
    case 'ChangeCustomer':
      assert(state !== null, 'only a customer that exists is changed');
      return change(command.input, state);
    default:
      return unreachable(command);
  }
}

function create(
  command: CustomerCommand & { type: 'CreateCustomer' },
): Decision<CustomerEvent, CustomerRejection> {
  const { id, now, defaults, input } = command;
  const fields = new InputReader();
  const details = readDetails(fields, { ...NOTHING, ...defaults, ...given(input) });
  const currency = fields.currency('input.currency', input.currency ?? defaults.currency);
  const code = fields.optionalText('input.code', input.code, CODE_MAX_CHARS);
  if (fields.rejection !== null) return reject(fields.rejection);
  if (code !== null && command.codeIsTaken)
    return reject({ reason: 'CustomerCodeTaken', message: 'Another customer has this code.', code });
  const createdOn = dateOf(now, details.timeZone);
  return accept({
    type: 'CustomerCreated',
    customer: { id, code, currency, createdAt: now, createdOn, ...details },
  });
}

function change(
  input: Omit<CustomerInput, 'currency' | 'code'>,
  customer: Customer,
): Decision<CustomerEvent, CustomerRejection> {
  const fields = new InputReader();
  const details = readDetails(fields, { ...detailsOf(customer), ...given(input) });
  if (fields.rejection !== null) return reject(fields.rejection);
  const same = JSON.stringify(details) === JSON.stringify(detailsOf(customer));
  return same ? accept() : accept({ type: 'CustomerChanged', details });
}

function evolve(state: Customer | null, event: CustomerEvent): Customer {
  switch (event.type) {
    case 'CustomerCreated':
      // Customers of before had no codes.
      return { ...event.customer, code: event.customer.code ?? null };
    case 'CustomerChanged':
      assert(state !== null, 'a customer is created before it changes');
      return { ...state, ...event.details };
    default:
      return unreachable(event);
  }
}

type Draft = { readonly [K in keyof Omit<CustomerDetails, 'address'>]: string | null } & {
  readonly address: AddressInput | null;
};

const NOTHING = { name: '', email: null, taxId: null, address: null };

/** What an input says: null means nothing where a value must be. */
function given(input: CustomerInput): Partial<Draft> {
  const { name, email, country, timeZone, taxId, address } = input;
  return {
    ...(name === undefined || name === null ? {} : { name }),
    ...(country === undefined || country === null ? {} : { country }),
    ...(timeZone === undefined || timeZone === null ? {} : { timeZone }),
    ...(email === undefined ? {} : { email }),
    ...(taxId === undefined ? {} : { taxId }),
    ...(address === undefined ? {} : { address }),
  };
}

function detailsOf({ name, email, country, timeZone, taxId, address }: Customer): CustomerDetails {
  return { name, email, country, timeZone, taxId, address: address === null ? null : ordered(address) };
}

/** Its parts in one order, whatever order a store gave them back in. */
function ordered({ line1, line2, city, region, postalCode }: Address): Address {
  return { line1, line2, city, region, postalCode };
}

function readDetails(fields: InputReader, draft: Draft): CustomerDetails {
  return {
    name: fields.text('input.name', draft.name ?? '', NAME_MAX_CHARS),
    email: fields.email('input.email', draft.email),
    country: fields.country('input.country', draft.country ?? ''),
    timeZone: fields.timeZone('input.timeZone', draft.timeZone ?? ''),
    taxId: fields.optionalText('input.taxId', draft.taxId, TAX_ID_MAX_CHARS),
    address: readAddress(fields, draft.address),
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
