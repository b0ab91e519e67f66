import { assert, unreachable } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { dateOf, type Instant, type LocalDate } from '@tollgate/kernel/time/time';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import { externalIdTaken, NO_METADATA, type ExternalIdTaken } from '@tollgate/kernel/labels';
import type { Settings } from '../../tenant/domain/settings.js';
import { given, LATER, NOTHING, readDetails, type CustomerDetails, type CustomerInput } from './details.js';
import {
  changePayer,
  withTerm,
  type ChangePayer,
  type PayerChanged,
  type PayerCycle,
  type PayerTerm,
} from './payer.js';
import { checkOf, PENDING, type NoteVatIdCheck, type VatIdCheck, type VatIdEvent } from './vat-id-check.js';

/** Who is billed. The currency stays, so that all its invoices add up. */
export interface Customer extends CustomerDetails {
  readonly id: string;
  readonly currency: Currency;
  readonly createdAt: Instant;
  /** The day of its creation where the customer is. */
  readonly createdOn: LocalDate;
  /** Who pays its invoices, the earliest first; nobody but itself before the first. */
  readonly payers: readonly PayerTerm[];
  /** What is known of its VAT id; null without one. */
  readonly vatIdCheck: VatIdCheck | null;
}

export type CustomerCommand =
  | {
      readonly type: 'CreateCustomer';
      readonly id: string;
      readonly now: Instant;
      readonly defaults: Pick<Settings, 'country' | 'timeZone' | 'currency' | 'tax'>;
      readonly input: CustomerInput;
      readonly isTaken: boolean;
      /** Who pays its invoices, where that is somebody else. */
      readonly payer?: ChangePayer;
    }
  /** Absent stays. Null removes what may be missing (e-mail, tax id, address, external id, metadata) and leaves the rest. */
  | {
      readonly type: 'ChangeCustomer';
      readonly input: Omit<CustomerInput, 'currency'>;
      /** Whether another customer has the external id. */
      readonly isTaken: boolean;
    }
  | ChangePayer
  | NoteVatIdCheck;

/** What came after customers were first written down, and what it is called now. */
type Later = 'externalId' | 'metadata' | 'jurisdiction' | keyof typeof LATER;

export type CustomerEvent =
  | {
      readonly type: 'CustomerCreated';
      readonly customer: Omit<Customer, Later | 'payers' | 'vatIdCheck'> &
        Partial<Pick<Customer, Later>> & { readonly code?: string | null };
    }
  | {
      readonly type: 'CustomerChanged';
      readonly details: Omit<CustomerDetails, Later> & Partial<Pick<CustomerDetails, Later>>;
    }
  | PayerChanged
  | VatIdEvent;

export type CustomerRejection = InvalidInput | ExternalIdTaken | PayerCycle;

export const customerDecider: Decider<Customer | null, CustomerCommand, CustomerEvent, CustomerRejection> = {
  initial: null,
  decide,
  evolve,
};

/** Changes of one customer's payer, all told. */
export const PAYER_TERMS_MAX = 50;
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
      return change(command, state);
    case 'ChangePayer':
      assert(state !== null, 'only a customer that exists is paid for');
      return changePayer(command, state, PAYER_TERMS_MAX);
    case 'NoteVatIdCheck':
      assert(state !== null, 'only a customer that exists has a VAT id');
      return noteCheck(command, state);
    default:
      return unreachable(command);
  }
}

function create(
  command: CustomerCommand & { type: 'CreateCustomer' },
): Decision<CustomerEvent, CustomerRejection> {
  const { id, now, defaults, input, isTaken, payer } = command;
  const { country, timeZone, tax } = defaults;
  const fields = new InputReader();
  const place = { country, timeZone, jurisdiction: tax?.jurisdiction ?? null };
  const details = readDetails(fields, { ...NOTHING, ...place, ...given(input) });
  const currency = fields.currency('input.currency', input.currency ?? defaults.currency);
  if (fields.rejection !== null) return reject(fields.rejection);
  const { externalId } = details;
  if (externalId !== null && isTaken) return reject(externalIdTaken('customer', externalId));
  const createdOn = dateOf(now, details.timeZone);
  const customer = { id, currency, createdAt: now, createdOn, ...details };
  const paid =
    payer === undefined ? accept<PayerChanged>() : changePayer(payer, { id, payers: [] }, PAYER_TERMS_MAX);
  return paid.ok ? accept<CustomerEvent>({ type: 'CustomerCreated', customer }, ...paid.events) : paid;
}

function change(
  { input, isTaken }: CustomerCommand & { type: 'ChangeCustomer' },
  customer: Customer,
): Decision<CustomerEvent, CustomerRejection> {
  const fields = new InputReader();
  const details = readDetails(fields, { ...detailsOf(customer), ...given(input) });
  if (fields.rejection !== null) return reject(fields.rejection);
  const { externalId } = details;
  if (externalId !== null && externalId !== customer.externalId && isTaken)
    return reject(externalIdTaken('customer', externalId));
  const same = canonicalJson({ ...details }) === canonicalJson({ ...detailsOf(customer) });
  const again = isAskedAgain(input, customer);
  return accept<CustomerEvent>(
    ...(same ? [] : [{ type: 'CustomerChanged' as const, details }]),
    ...(again === null ? [] : [{ type: 'VatIdCheckStarted' as const, vatId: again }]),
  );
}

/** An id that the register did not know is looked up once more where it is said again. */
function isAskedAgain({ vatId }: CustomerInput, customer: Customer): string | null {
  const isSame = typeof vatId === 'string' && vatId === customer.vatId;
  return isSame && customer.vatIdCheck?.status === 'INVALID' ? vatId : null;
}

/** An answer about an id that the customer does not have any more says nothing. */
function noteCheck({ vatId, answer }: NoteVatIdCheck, customer: Customer): Decision<CustomerEvent, never> {
  const isAwaited = customer.vatId === vatId && customer.vatIdCheck?.status === 'PENDING';
  return isAwaited ? accept({ type: 'VatIdChecked', vatId, answer }) : accept();
}

function evolve(state: Customer | null, event: CustomerEvent): Customer {
  switch (event.type) {
    case 'CustomerCreated': {
      // Customers of before had a code instead, or none.
      const { code = null, externalId = code, metadata = NO_METADATA, ...customer } = event.customer;
      const { country: jurisdiction } = customer;
      const vatIdCheck = checkOf(customer.vatId ?? null, { vatId: null, vatIdCheck: null });
      return { ...LATER, jurisdiction, ...customer, externalId, metadata, payers: [], vatIdCheck };
    }
    case 'CustomerChanged': {
      assert(state !== null, 'a customer is created before it changes');
      const { country: jurisdiction, vatId = null } = event.details;
      return { ...state, jurisdiction, ...event.details, vatIdCheck: checkOf(vatId, state) };
    }
    case 'VatIdCheckStarted':
      assert(state !== null, 'a customer is created before its VAT id is checked');
      return { ...state, vatIdCheck: PENDING };
    case 'VatIdChecked':
      assert(state !== null, 'a customer is created before its VAT id is checked');
      return { ...state, vatIdCheck: event.answer };
    case 'PayerChanged':
      assert(state !== null, 'a customer is created before it is paid for');
      return { ...state, payers: withTerm(state.payers, { from: event.from, payerId: event.payerId }) };
    default:
      return unreachable(event);
  }
}

function detailsOf({
  id: _id,
  currency: _currency,
  createdAt: _at,
  createdOn: _on,
  payers: _payers,
  vatIdCheck: _check,
  ...details
}: Customer): CustomerDetails {
  return details;
}
