import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { customerPayersChanged } from '@tollgate/contracts/tenancy/payers';
import { assert } from '@tollgate/kernel/assert';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { languageTold } from '../tenant/domain/mail.js';
import type { Customer, CustomerEvent } from './domain/customer.js';

/** What others hear of a change. Who pays comes first: whoever knows the customer then knows that too. */
export function customerMessages(change: Change<Customer | null, CustomerEvent>): Outgoing[] {
  const isOfPayers = change.events.some(({ type }) => type === 'PayerChanged');
  const isOfItself = change.events.some(({ type }) => type !== 'PayerChanged');
  return [...(isOfPayers ? [payersMessage(change)] : []), ...(isOfItself ? [customerMessage(change)] : [])];
}

/** Tells who pays for a customer, always all of it. */
function payersMessage({ id, after, at }: Change<Customer | null, CustomerEvent>): Outgoing {
  assert(after.state !== null, 'a change leaves a customer behind');
  const terms = after.state.payers.map(({ from, payerId }) => ({
    from,
    payerId: payerId as `cus_${string}` | null,
  }));
  const customerId = id as `cus_${string}`;
  return outgoing(customerPayersChanged, {
    aggregate: id,
    occurredAt: at,
    data: { customerId, revision: after.version, terms },
  });
}

/** Tells everybody what a customer is now: always the whole of it. */
function customerMessage({ id, after, at }: Change<Customer | null, CustomerEvent>): Outgoing {
  assert(after.state !== null, 'a change leaves a customer behind');
  const { createdAt: _createdAt, metadata: _metadata, id: _id, payers: _payers, ...rest } = after.state;
  const { dueDays, collection, jurisdiction, business, taxExemption, vatIdCheck, ...told } = rest;
  const { vatId, purchaseOrder, invoiceMemo, language, ...record } = told;
  const exempt = taxExemption !== null;
  const isTold = jurisdiction !== record.country || business || exempt || vatId !== null;
  const known = vatIdCheck === null ? 'none' : VAT_ID[vatIdCheck.status];
  return outgoing(customerChanged, {
    aggregate: id,
    occurredAt: at,
    data: {
      ...record,
      customerId: id as `cus_${string}`,
      revision: after.version,
      collection: COLLECTION[collection],
      ...(dueDays !== null && { dueDays }),
      ...(vatId !== null && { vatId }),
      ...(purchaseOrder !== null && { purchaseOrder }),
      ...(invoiceMemo !== null && { invoiceMemo }),
      ...(language !== null && { language: languageTold(language) }),
      ...(isTold && { tax: { jurisdiction, business, vatId: known, exempt } }),
    },
  });
}

const VAT_ID = { PENDING: 'pending', VALID: 'valid', INVALID: 'invalid' } as const;
const COLLECTION = { AUTOMATIC: 'automatic', MANUAL: 'manual' } as const;
