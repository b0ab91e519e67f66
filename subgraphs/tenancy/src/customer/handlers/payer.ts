import { assert } from '@tollgate/kernel/assert';
import { isId } from '@tollgate/kernel/id';
import { customerLimit } from '@tollgate/runtime/command/access';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { ChangeCustomerPayerInput } from '../../generated/graphql.js';
import { customers } from '../aggregate.js';
import { payerAt, type ChangePayer } from '../domain/payer.js';
import { payersLoader } from '../loader.js';
import { customersByIds, hierarchyOf, lockPayers } from '../store.js';
import { unknownCustomer } from './customer.js';

/** Another customer pays the invoices of a customer, or it does so itself again. */
export async function changeCustomerPayer(caller: Caller, input: ChangeCustomerPayerInput) {
  const { customerId, from } = input;
  const payerId = input.payerId ?? null;
  const asked = { name: 'changeCustomerPayer', input, access: 'backend', subject: customerId } as const;
  return command(caller, asked, async (tx) => {
    if (!isId('cus', customerId)) return unknownCustomer(customerId);
    const wanted = await payingFor(tx, { customerId, payerId, from });
    const loaded = await customers.loadOne(tx, customerId);
    if (loaded.state === null) return unknownCustomer(customerId);
    const decided = customers.decide(loaded, wanted, wanted.now);
    if (!decided.ok) {
      const { rejection } = decided;
      assert(rejection.reason !== 'ExternalIdTaken', 'what it is called stays');
      return rejection;
    }
    await customers.record(tx, [decided.change]);
    return { __typename: 'CustomerPayerChanged' as const, customerId };
  });
}

/** What is asked of who pays for a customer, with what is known of that; nobody else asks until the transaction ends. */
export async function payingFor(tx: TenantTx, { customerId, payerId, from }: Wanted): Promise<ChangePayer> {
  lockPayers(tx);
  const [known, hierarchy, now] = await Promise.all([
    payerId === null ? [] : customersByIds(tx, [payerId]),
    hierarchyOf(tx, customerId, payerId),
    tx.now(),
  ]);
  const isKnown = payerId === null || known.length > 0;
  return { type: 'ChangePayer', payerId, isKnown, from, hierarchy, now };
}

interface Wanted {
  readonly customerId: string;
  readonly payerId: string | null;
  readonly from?: unknown;
}

/** Who pays for a customer now; null where it does so itself. */
export async function payerOf({ db, context }: Caller, customerId: string): Promise<string | null> {
  const { terms, now } = await payersLoader(db, context).load(customerId);
  return payerAt(terms, now);
}

/** Who pays for a customer from when on; nothing for portal tokens. */
export async function payersOfCustomer({ db, context }: Caller, customerId: string) {
  if (customerLimit(context) !== null) return [];
  const { terms } = await payersLoader(db, context).load(customerId);
  return terms;
}
