import type { CustomerEvent } from '../../customer/domain/customer.js';

type Words = (data: Readonly<Record<string, unknown>>) => string;

const OF_CUSTOMERS: Readonly<Record<CustomerEvent['type'], Words>> = {
  CustomerCreated: () => 'The customer was made.',
  CustomerChanged: () => 'Details of the customer changed.',
  VatIdCheckStarted: () => 'The VAT id is being checked.',
  VatIdChecked: () => 'The VAT id was checked.',
  PayerChanged: ({ payerId }) =>
    payerId === null ? 'The customer pays by itself.' : 'Another customer pays the invoices.',
};

/** What happened to a customer itself, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries(OF_CUSTOMERS));
