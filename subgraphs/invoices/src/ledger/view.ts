import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { LedgerAccount, LedgerEntryKind } from '../generated/graphql.js';
import { moneyView } from '../rating/view.js';
import { ACCOUNTS, POSTING_KINDS, type Account, type PostingKind } from './domain/posting.js';
import type { Balances } from './store/balance.js';
import type { StoredEntry } from './store/entry.js';

const accountNames = ACCOUNTS.map((account) => [account, nameOf(account)] as const);
const ACCOUNT_OF = new Map<LedgerAccount, Account>(accountNames.map(([account, name]) => [name, account]));
const KIND_OF = new Map<LedgerEntryKind, PostingKind>(POSTING_KINDS.map((kind) => [nameOf(kind), kind]));

/** A name of the domain as the schema spells it. */
function nameOf<Name extends string>(name: Name): Uppercase<Name> {
  return name.toUpperCase() as Uppercase<Name>;
}

/** The account that the schema means. */
export function accountStored(name: LedgerAccount): Account | null {
  return ACCOUNT_OF.get(name) ?? null;
}

/** The kind that the schema means. */
export function kindStored(name: LedgerEntryKind): PostingKind | null {
  return KIND_OF.get(name) ?? null;
}

/** What an entry is for, in the schema's words. */
export function kindView(kind: PostingKind): LedgerEntryKind {
  return nameOf(kind);
}

/** What all accounts stood at. */
export function ledgerView(balances: Balances, currency: Currency, at: Instant) {
  const accounts = accountNames.map(([account, name]) => ({
    account: name,
    balance: moneyView(balances[account], currency),
  }));
  return { currency, at, accounts };
}

/** An entry as the schema shows it. */
export function entryView(entry: StoredEntry) {
  const { id, at, kind, causeId, currency, customerId, invoiceId } = entry;
  const lines = accountNames.flatMap(([account, name]) => {
    const minor = entry[account];
    return minor === null ? [] : [{ account: name, amount: moneyView(BigInt(minor), currency) }];
  });
  return { id, at, kind: nameOf(kind), causeId, customer: { id: customerId }, invoiceId, lines };
}
