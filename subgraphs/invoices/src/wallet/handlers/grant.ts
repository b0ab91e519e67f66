import { assert } from '@tollgate/kernel/assert';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { wallets } from '../../balance/aggregate.js';
import { WalletBook } from '../../balance/handlers/wallet.js';
import { findGrant } from '../../balance/store/wallet.js';
import { customerToKnow, findCustomers } from '../../copies/customer.js';
import type { GrantWalletCreditInput, RevokeWalletGrantInput } from '../../generated/graphql.js';
import { lockInvoices } from '../../invoice/store.js';
import { readGrant } from '../domain/terms.js';

/** Gives a customer credit for nothing. */
export async function grantWalletCredit(caller: Caller, input: GrantWalletCreditInput) {
  const { customerId } = input;
  const waitFor = [customerToKnow(customerId)];
  const asked = { name: 'grantWalletCredit', input, access: 'backend', waitFor } as const;
  return command(caller, asked, async (tx) => {
    lockInvoices(tx);
    const [known, now, book] = await Promise.all([
      findCustomers(tx, [customerId]),
      tx.now(),
      WalletBook.open(tx, [customerId]),
    ]);
    const customer = known.get(customerId);
    if (customer === undefined)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const read = readGrant(input, { currency: input.currency ?? customer.currency, now });
    if (!read.ok) return read.rejection;
    const { currency, ...terms } = read.value;
    const grantId = newId('wgr');
    const grant = { id: grantId, kind: 'promotional', invoiceId: null, ...terms } as const;
    book.give({ customerId, currency }, grant, now);
    await book.record(tx);
    return { __typename: 'WalletCreditGranted' as const, grantId };
  });
}

/** Takes back what is left of credit that was given for nothing. */
export async function revokeWalletGrant(caller: Caller, input: RevokeWalletGrantInput) {
  const { grantId } = input;
  const asked = { name: 'revokeWalletGrant', input, access: 'backend', subject: grantId } as const;
  return command(caller, asked, async (tx) => {
    lockInvoices(tx);
    const [found, now] = await Promise.all([findGrant(tx, grantId), tx.now()]);
    if (found === null)
      return { reason: 'UnknownWalletGrant' as const, message: 'There is no such grant.', grantId };
    const wallet = await wallets.loadOne(tx, found.walletId);
    assert(wallet.state !== null, 'a grant is in a wallet');
    const decided = wallets.decide(wallet, { type: 'RevokeGrant', grantId }, now);
    if (!decided.ok) return decided.rejection;
    await wallets.record(tx, [decided.change]);
    return { __typename: 'WalletGrantRevoked' as const, grantId };
  });
}
