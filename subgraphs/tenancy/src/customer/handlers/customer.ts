import { assert } from '@tollgate/kernel/assert';
import { isId } from '@tollgate/kernel/id';
import type { Parsed } from '@tollgate/kernel/input';
import { externalIdIn } from '@tollgate/kernel/labels';
import { customerLimit, maySee, readScope } from '@tollgate/runtime/command/access';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { listed, pageOf, type ListArguments } from '@tollgate/runtime/graphql/list';
import { newId } from '@tollgate/runtime/base/new-id';
import { settingsIn } from '../../tenant/store/tenant.js';
import type { CreateCustomerInput, UpdateCustomerInput } from '../../generated/graphql.js';
import { customers } from '../aggregate.js';
import { readVatId } from '../vat-id.js';
import { payingFor } from './payer.js';
import { customerLoader, paidForLoader } from '../loader.js';
import { CUSTOMERS, isTaken, selectCustomers, type CustomerFilter, type CustomerRow } from '../store.js';

/** Adds a customer. */
export async function createCustomer(caller: Caller, input: CreateCustomerInput) {
  return command(caller, { name: 'createCustomer', input, access: 'backend' }, async (tx) => {
    const id = newId('cus');
    const vatId = readGiven(input);
    if (!vatId.ok) return vatId.rejection;
    const { payerId } = input;
    const [defaults, taken, now, payer] = await Promise.all([
      settingsIn(tx),
      isTaken(tx, externalIdIn(input)),
      tx.now(),
      payerId === undefined || payerId === null ? undefined : payingFor(tx, { customerId: id, payerId }),
    ]);
    const said = { ...input, ...vatId.value };
    const head = { type: 'CreateCustomer', id, now, defaults, input: said, isTaken: taken } as const;
    const asked = payer === undefined ? head : { ...head, payer };
    const decided = customers.decide(customers.fresh(id), asked, now);
    if (!decided.ok) {
      const { rejection } = decided;
      assert(rejection.reason !== 'PayerCycle', 'a new customer pays for nobody');
      return rejection;
    }
    await customers.record(tx, [decided.change]);
    const { state: customer } = decided.change.after;
    assert(customer !== null, 'who was created is there');
    return { __typename: 'CustomerCreated' as const, customerId: id, customer };
  });
}

/** Changes a customer; what is absent stays. */
export async function updateCustomer(caller: Caller, input: UpdateCustomerInput) {
  const { id } = input;
  return command(caller, { name: 'updateCustomer', input, access: 'backend', subject: id }, async (tx) => {
    if (!isId('cus', id)) return unknownCustomer(id);
    const vatId = readGiven(input);
    if (!vatId.ok) return vatId.rejection;
    const [loaded, taken, now] = await Promise.all([
      customers.loadOne(tx, id),
      isTaken(tx, externalIdIn(input)),
      tx.now(),
    ]);
    if (loaded.state === null) return unknownCustomer(id);
    const decided = customers.decide(
      loaded,
      { type: 'ChangeCustomer', input: { ...input, ...vatId.value }, isTaken: taken },
      now,
    );
    if (!decided.ok) {
      const { rejection } = decided;
      assert(rejection.reason !== 'PayerCycle', 'who pays stays');
      return rejection;
    }
    await customers.record(tx, [decided.change]);
    const { state: customer } = decided.change.after;
    assert(customer !== null, 'a change leaves a customer behind');
    return { __typename: 'CustomerUpdated' as const, customer };
  });
}

/** The VAT id of an input, in its canonical form; nothing where it says none. */
function readGiven({ vatId }: { readonly vatId?: string | null }): Parsed<{ readonly vatId?: string }> {
  if (vatId === undefined || vatId === null) return { ok: true, value: {} };
  const read = readVatId(vatId);
  return read.ok ? { ok: true, value: { vatId: read.value } } : read;
}

/** One customer as its row shows it; null where there is none that the caller may see. */
export async function customerOf({ db, context }: Caller, id: string): Promise<CustomerRow | null> {
  if (!isId('cus', id)) return null;
  const mayBeSeen = maySee(context, id) || (await paidForLoader(db, context).load(id));
  return mayBeSeen ? customerLoader(db, context).load(id) : null;
}

/** A page of customers; a portal token has one customer, and those that this one pays for. */
export async function customersPage(
  { db, context }: Caller,
  args: ListArguments & Omit<CustomerFilter, 'id'>,
) {
  const page = pageOf(CUSTOMERS, args);
  const limit = customerLimit(context);
  const id = limit !== null && args.payerId === limit ? null : limit;
  return listed<CustomerRow, CustomerRow>(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectCustomers(asked, { ...args, id }),
    show: (row) => row,
  });
}

/** There is no such customer. */
export function unknownCustomer(customerId: string) {
  return { reason: 'UnknownCustomer', message: 'There is no such customer.', customerId } as const;
}
