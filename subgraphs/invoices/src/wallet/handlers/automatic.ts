import { assert } from '@tollgate/kernel/assert';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { civilOf, dateFromCivil, dateOf, startOfDate, UTC, type Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { wallets } from '../../balance/aggregate.js';
import { isLow } from '../../balance/domain/wallet.js';
import type { AutomaticTopUp, Wallet } from '../../balance/domain/wallet-state.js';
import { findWallets } from '../../balance/store/wallet.js';
import { customerToKnow, findCustomers, type CustomerCopy } from '../../copies/customer.js';
import { findCopies, requireCopies, type Copies } from '../../copies/known.js';
import type { SetAutomaticTopUpInput, StopAutomaticTopUpInput } from '../../generated/graphql.js';
import { invoices } from '../../invoice/aggregate.js';
import { lockInvoices } from '../../invoice/store.js';
import { readAutomatic } from '../domain/terms.js';
import { automaticMinorSince } from '../store.js';
import { makeTopUp } from './top-up.js';

/** Agrees when a wallet is filled by itself. */
export async function setAutomaticTopUp(caller: Caller, input: SetAutomaticTopUpInput) {
  const { customerId } = input;
  return command(caller, aboutCustomer('setAutomaticTopUp', input), (tx) =>
    withCustomer(tx, customerId, async (customer, now) => {
      const read = readAutomatic(input, input.currency ?? customer.currency);
      if (!read.ok) return read.rejection;
      const { currency, ...automatic } = read.value;
      await agree(tx, { customerId, currency, automatic }, now);
      return { __typename: 'AutomaticTopUpAgreed' as const, wallet: { id: customerId, currency } };
    }),
  );
}

/** Takes such an agreement back; where there is none, nothing is to be done. */
export async function stopAutomaticTopUp(caller: Caller, input: StopAutomaticTopUpInput) {
  const { customerId } = input;
  return command(caller, aboutCustomer('stopAutomaticTopUp', input), (tx) =>
    withCustomer(tx, customerId, async (customer, now) => {
      const currency = currencyOf(input.currency ?? customer.currency);
      await agree(tx, { customerId, currency, automatic: null }, now);
      return { __typename: 'AutomaticTopUpStopped' as const, wallet: { id: customerId, currency } };
    }),
  );
}

function aboutCustomer<I extends { readonly customerId: string }>(name: string, input: I) {
  const { customerId } = input;
  return {
    name,
    input,
    access: 'backend',
    waitFor: [customerToKnow(customerId)],
    subject: customerId,
  } as const;
}

/** What is done where the customer is known, once the transaction holds the tenant's invoices. */
async function withCustomer<T>(
  tx: TenantTx,
  customerId: string,
  work: (customer: CustomerCopy, now: Instant) => Promise<T>,
) {
  lockInvoices(tx);
  const [known, now] = await Promise.all([findCustomers(tx, [customerId]), tx.now()]);
  const customer = known.get(customerId);
  if (customer === undefined)
    return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
  return work(customer, now);
}

/**
 * Fills a wallet that was found to be low, if it still is, unless the last time still waits for its payment or the month's
 * bound is reached. In a transaction that holds the tenant's invoices.
 */
export async function topUpAutomatically(tx: TenantTx, walletId: string, at: Instant): Promise<void> {
  const loaded = await wallets.loadOne(tx, walletId);
  const { state } = loaded;
  if (state === null || state.automatic === null || !isLow(state, at)) return;
  const { automatic, customerId, currency, lastTopUpId } = state;
  const [copies, last, all] = await Promise.all([
    findCopies(tx, [{ customerId }]),
    lastTopUpId === null ? null : invoices.loadOne(tx, lastTopUpId),
    walletsOf(tx, customerId),
  ]);
  if (last?.state.status === 'open' || last?.state.status === 'uncollectible') return;
  requireCopies(copies, [{ customerId }]);
  if (await isAboveCap(tx, { wallet: state, automatic, copies }, at)) return;
  const { amountMinor, priority, expiresAfterDays: days } = automatic;
  const timeZone = copies.customers.get(customerId)?.timeZone ?? UTC;
  const number = all.reduce((sum, wallet) => sum + wallet.topUps, 1);
  const head = {
    name: `auto-${number}`,
    currency,
    amountMinor,
    priority,
    expiresAt: null,
    automatic: true,
  } as const;
  const topUp = { ...head, ...(days !== null && { expiresAfter: { days, timeZone } }) };
  const invoiceId = await makeTopUp(tx, { copies, customerId, topUp }, at);
  const decided = wallets.decide(loaded, { type: 'NoteTopUp', invoiceId }, at);
  assert(decided.ok, 'nothing rejects the note of an invoice');
  await wallets.record(tx, [decided.change]);
}

/** What is bought by itself in a month, void invoices not counted, stays within its bound. */
async function isAboveCap(
  tx: TenantTx,
  {
    wallet: { customerId, currency },
    automatic: { monthlyCapMinor, amountMinor },
    copies,
  }: { readonly wallet: Wallet; readonly automatic: AutomaticTopUp; readonly copies: Copies },
  at: Instant,
): Promise<boolean> {
  if (monthlyCapMinor === null) return false;
  const timeZone = copies.customers.get(customerId)?.timeZone ?? UTC;
  const first = dateFromCivil({ ...civilOf(dateOf(at, timeZone)), day: 1 });
  const since = startOfDate(first, timeZone);
  return (await automaticMinorSince(tx, { customerId, currency, since })) + amountMinor > monthlyCapMinor;
}

async function agree(
  tx: TenantTx,
  asked: {
    readonly customerId: string;
    readonly currency: Currency;
    readonly automatic: AutomaticTopUp | null;
  },
  at: Instant,
): Promise<void> {
  const rows = await findWallets(tx, [asked.customerId]);
  const row = rows.find(({ currency }) => currency === asked.currency);
  if (row === undefined && asked.automatic === null) return;
  const loaded = row === undefined ? wallets.fresh(newId('wal')) : await wallets.loadOne(tx, row.id);
  const decided = wallets.decide(loaded, { type: 'SetAutomaticTopUp', ...asked }, at);
  assert(decided.ok, 'nothing rejects an agreement that was read');
  await wallets.record(tx, [decided.change]);
}

async function walletsOf(tx: TenantTx, customerId: string): Promise<Wallet[]> {
  const rows = await findWallets(tx, [customerId]);
  const loaded = await wallets.load(
    tx,
    rows.map(({ id }) => id),
  );
  return [...loaded.values()].flatMap(({ state }) => state ?? []);
}

/** The scalar lets nothing else through; a customer of an earlier release may have none. */
function currencyOf(text: string | null): Currency {
  return parseCurrency(text ?? '') ?? 'USD';
}
