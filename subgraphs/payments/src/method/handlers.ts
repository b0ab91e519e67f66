import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import { isId } from '@tollgate/kernel/id';
import { newId } from '@tollgate/runtime/base/new-id';
import { customerLimit } from '@tollgate/runtime/command/access';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from '../consumer.js';
import { isCustomerKnown } from '../copies/customer.js';
import type { PaymentProvider } from '../generated/graphql.js';
import { methods } from './aggregate.js';
import { findMethods } from './store.js';
import { methodView, providerNamed, type MethodView } from './view.js';

export interface AddMethod {
  readonly customerId: string;
  readonly provider: PaymentProvider;
  readonly token: string;
  readonly providerCustomer?: string | null | undefined;
  readonly label?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Puts a token on file. Portal tokens may do it for their own customer. */
export async function addMethod(caller: Caller, input: AddMethod) {
  const { customerId } = input;
  const fact = {
    consumer: CONSUMER,
    contract: customerChanged,
    aggregates: isId('cus', customerId) ? [customerId] : [],
    known: (tx: TenantTx) => isCustomerKnown(tx, customerId),
  };
  const asked = { name: 'addPaymentMethod', input, access: { customerId }, waitFor: [fact] };
  return command(caller, asked, (tx) => add(tx, input));
}

async function add(tx: TenantTx, input: AddMethod) {
  const { customerId, provider, token, providerCustomer = null, label = null } = input;
  const [known, onFile, at] = await Promise.all([
    isCustomerKnown(tx, customerId),
    findMethods(tx, [customerId]),
    tx.now(),
  ]);
  if (!known)
    return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
  const methodId = newId('pmt');
  const fields = { customerId, provider: providerNamed(provider), token, providerCustomer, label };
  const command = { type: 'Add', methodId, ...fields, onFile: onFile.length, at } as const;
  const decision = methods.decide(methods.fresh(methodId), command, at);
  if (!decision.ok) {
    const { rejection } = decision;
    assert(rejection.reason === 'InvalidInput', 'what is added is nowhere else');
    return rejection;
  }
  await methods.record(tx, [decision.change]);
  const added = { id: methodId, ...fields, addedAt: at, removedAt: null };
  return { __typename: 'PaymentMethodAdded' as const, paymentMethod: methodView(added, [...onFile, added]) };
}

export interface RemoveMethod {
  readonly paymentMethodId: string;
  readonly idempotencyKey?: string | null | undefined;
}

/** Takes a method off the file. Payments under way still end with it. Portal tokens may do it for their own customer. */
export async function removeMethod(caller: Caller, input: RemoveMethod) {
  const { paymentMethodId } = input;
  const asked = { name: 'removePaymentMethod', input, access: 'own', subject: paymentMethodId } as const;
  const limit = customerLimit(caller.context);
  return command(caller, asked, async (tx) => {
    const [loaded, at] = await Promise.all([methods.loadOne(tx, paymentMethodId), tx.now()]);
    const decision = methods.decide(loaded, { type: 'Remove', methodId: paymentMethodId, limit, at }, at);
    if (!decision.ok) return decision.rejection;
    await methods.record(tx, [decision.change]);
    return { __typename: 'PaymentMethodRemoved' as const, paymentMethodId };
  });
}

/** The methods on file of each customer, oldest first, as they are shown. */
export async function methodsOfCustomers(
  db: Queryable,
  customerIds: readonly string[],
): Promise<MethodView[][]> {
  const found = await findMethods(db, customerIds);
  return customerIds.map((id) => {
    const theirs = found.filter(({ customerId }) => customerId === id);
    return theirs.map((method) => methodView(method, theirs));
  });
}
