import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import { isId } from '@tollgate/kernel/id';
import { newId } from '@tollgate/runtime/base/new-id';
import { customerLimit } from '@tollgate/runtime/command/access';
import { Retryable } from '@tollgate/runtime/base/errors';
import { command, permitted, type Caller } from '@tollgate/runtime/command/command';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from '../consumer.js';
import { isCustomerKnown } from '../copies/customer.js';
import type { PaymentProvider as ProviderEnum } from '../generated/graphql.js';
import type {
  MethodInspection,
  MethodToken,
  PaymentProvider,
  ProviderMode,
  ProviderName,
} from '../providers/domain/provider.js';
import { methods } from './aggregate.js';
import { inspectionRejection, mayUse } from './domain/inspection.js';
import { fieldRejection } from './domain/method.js';
import { findMethods } from './store.js';
import { methodView, providerNamed, type MethodView } from './view.js';

export interface AddMethod {
  readonly customerId: string;
  readonly provider: ProviderEnum;
  readonly token: string;
  readonly providerCustomer?: string | null | undefined;
  readonly label?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Who asks, and whom we ask about a token. */
export interface MethodCaller extends Caller {
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
}

/** Puts a token on file that its provider knows. Portal tokens may do it for their own customer. */
export async function addMethod(caller: MethodCaller, input: AddMethod) {
  const { customerId } = input;
  const fact = {
    consumer: CONSUMER,
    contract: customerChanged,
    aggregates: isId('cus', customerId) ? [customerId] : [],
    known: (tx: TenantTx) => isCustomerKnown(tx, customerId),
  };
  const asked = { name: 'addPaymentMethod', input, access: { customerId }, waitFor: [fact] };
  const { tenantId } = await permitted(caller, asked);
  const provider = caller.providers[providerNamed(input.provider)];
  // Outside of the transaction, which holds a connection.
  const inspected = (await mayAsk(caller, provider, { tenantId, input }))
    ? await provider.inspect(tokenOf(input))
    : null;
  return command(caller, asked, (tx) => add(tx, input, { mode: provider.mode, inspected }));
}

/** Not for what cannot be a token, nor for a sandbox at a live account. */
async function mayAsk(
  { db }: MethodCaller,
  { mode }: Pick<PaymentProvider, 'mode'>,
  { tenantId, input }: { readonly tenantId: string; readonly input: AddMethod },
): Promise<boolean> {
  if (fieldRejection(fieldsOf(input)) !== null) return false;
  return mayUse({ isSandbox: (await db.locate(tenantId))?.sandbox ?? true, mode });
}

const NOT_ASKED: MethodInspection = { outcome: 'unavailable', why: 'not asked', sent: 'no' };

interface Inspected {
  readonly mode: ProviderMode;
  /** Null where nothing was asked. */
  readonly inspected: MethodInspection | null;
}

const fieldsOf = ({ token, providerCustomer = null, label = null }: AddMethod) => ({
  token,
  providerCustomer,
  label,
});

function tokenOf({ token, providerCustomer }: AddMethod): MethodToken {
  return typeof providerCustomer === 'string' ? { token, providerCustomer } : { token };
}

async function add(tx: TenantTx, input: AddMethod, { mode, inspected }: Inspected) {
  const { customerId, provider } = input;
  const [known, onFile, at] = await Promise.all([
    isCustomerKnown(tx, customerId),
    findMethods(tx, [customerId]),
    tx.now(),
  ]);
  if (!known)
    return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
  const { tenantId: tenant, sandbox: isSandbox } = tx.placement;
  const { providerCustomer } = fieldsOf(input);
  const seen = { tenant, isSandbox, mode, providerCustomer };
  const isToken = fieldRejection(fieldsOf(input)) === null;
  const unfit = isToken ? inspectionRejection(seen, inspected ?? NOT_ASKED) : null;
  if (unfit === 'away') throw new Retryable('the provider cannot be asked about the payment method');
  if (unfit !== null) return unfit;
  const methodId = newId('pmt');
  const fields = { customerId, provider: providerNamed(provider), ...fieldsOf(input) };
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
