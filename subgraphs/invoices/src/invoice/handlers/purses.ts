import { assert } from '@tollgate/kernel/assert';
import { money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { isOver, remainingMinor } from '../../balance/domain/grant.js';
import type { Funds } from '../../balance/domain/settlement.js';
import type { NewGrant } from '../../balance/domain/wallet-state.js';
import { BalanceBook, type Movement, type Purse } from '../../balance/handlers.js';
import { WalletBook } from '../../balance/handlers/wallet.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../aggregate.js';
import { payerOf, type Basis } from '../domain/basis.js';
import { takesFunds } from '../domain/funds.js';
import { boughtBy } from '../domain/top-up.js';
import type { InvoiceCommand } from '../domain/invoice.js';
import { NO_FUNDS } from '../domain/settled.js';
import type { InvoiceEvent } from '../domain/state.js';

/** A draft that becomes final, and when. */
export interface Finalising {
  readonly draft: LoadedInvoice;
  readonly at: Instant;
}

/** The change of a command that our own reading says is possible. */
export function carriedOut(loaded: LoadedInvoice, asked: InvoiceCommand, at: Instant): InvoiceChange {
  const decided = invoices.decide(loaded, asked, at);
  assert(decided.ok, `${asked.type} is possible for an invoice that is ${loaded.state.status}`);
  return decided.change;
}

/** The command that a draft becomes final by. */
export function finalise(number: string, at: Instant, funds: Funds = NO_FUNDS): InvoiceCommand {
  return { type: 'FinaliseInvoice', number, funds, finalisedAt: at };
}

/** What those who pay some invoices have: their balances, and their wallets. What moves is recorded together. */
export class Purses {
  readonly #balances: BalanceBook;
  readonly #wallets: WalletBook;

  private constructor(balances: BalanceBook, wallets: WalletBook) {
    this.#balances = balances;
    this.#wallets = wallets;
  }

  /** Reads them, in a transaction that holds the tenant's invoices. */
  static async open(tx: TenantTx, loaded: readonly LoadedInvoice[]): Promise<Purses> {
    const customerIds = loaded.flatMap(({ state }) =>
      state.status === 'none' ? [] : [payerOf(state.basis)],
    );
    // They travel together.
    const [balances, wallets] = await Promise.all([
      BalanceBook.open(tx, customerIds),
      WalletBook.open(tx, customerIds),
    ]);
    return new Purses(balances, wallets);
  }

  /** Finalises a draft: the balance pays first, then the wallet, and what the total is below zero becomes credit. */
  settled({ draft, at }: Finalising, number: string): InvoiceChange {
    const { state } = draft;
    assert(state.status === 'draft', 'only a draft is finalised');
    const change = carriedOut(draft, finalise(number, at, this.#fundsFor(state.basis, at)), at);
    for (const event of change.events)
      if (event.type === 'InvoiceFinalised') {
        const { creditAppliedMinor: creditMinor, creditGeneratedMinor, walletParts = [] } = event.settled;
        this.#take(draft.id, state.basis, { creditMinor, walletParts, at });
        const cause = { kind: 'invoice', id: draft.id } as const;
        this.#balances.add({ ...purseOf(state.basis), amountMinor: creditGeneratedMinor, cause, at });
      }
    if (takesFunds(state.basis)) this.#wallets.watch(purseOf(state.basis), at);
    return change;
  }

  /** A later try to collect: what is there by now pays before anything is charged. */
  applied(loaded: LoadedInvoice, at: Instant): InvoiceChange {
    const { state } = loaded;
    assert(state.status !== 'none', 'an invoice that is collected is there');
    const change = carriedOut(loaded, { type: 'ApplyFunds', funds: this.#fundsFor(state.basis, at), at }, at);
    for (const event of change.events)
      if (event.type === 'FundsApplied') {
        this.#take(loaded.id, state.basis, { ...event, at });
        if (event.walletParts.length > 0) this.#wallets.watch(purseOf(state.basis), at);
      }
    return change;
  }

  /** What paid of a void invoice is there again. */
  giveBack({ id, state }: LoadedInvoice, at: Instant): void {
    assert(state.status === 'void', 'what was applied goes back where the invoice is void');
    const { creditAppliedMinor: amountMinor, walletParts: parts = [] } = state.settled;
    const cause = { kind: 'void', id } as const;
    this.#balances.add({ ...purseOf(state.basis), amountMinor, cause, at });
    this.#wallets.restore(purseOf(state.basis), { parts, cause, at });
  }

  /** Records what moved. */
  async record(tx: TenantTx): Promise<void> {
    await this.#balances.record(tx);
    await this.#wallets.record(tx);
  }

  #fundsFor(basis: Basis, at: Instant): Funds {
    if (!takesFunds(basis)) return NO_FUNDS;
    const { currency } = basis;
    const purse = purseOf(basis);
    const grants = this.#wallets.usable(purse, at);
    return {
      creditNotes: [{ id: 'balance', amount: money(this.#balances.amountMinor(purse), currency) }],
      wallets: grants.map((grant) => {
        const { id, kind } = grant;
        return { id, kind, balance: money(remainingMinor(grant), currency) };
      }),
    };
  }

  #take(
    id: string,
    basis: Basis,
    {
      creditMinor: amountMinor,
      walletParts: parts,
      at,
    }: Pick<Extract<InvoiceEvent, { type: 'FundsApplied' }>, 'creditMinor' | 'walletParts' | 'at'>,
  ): void {
    const cause = { kind: 'invoice', id } as const;
    this.#balances.take({ ...purseOf(basis), amountMinor, cause, at });
    this.#wallets.use(purseOf(basis), { parts, cause, at });
  }
}

/**
 * Before a later try charges an invoice: the balance, then the wallet of whoever pays it, as far as they go. What is still due
 * afterwards is the state's; changes without events are none. In a transaction that holds the tenant's invoices.
 */
export async function applyCredits(
  tx: TenantTx,
  loaded: readonly LoadedInvoice[],
  at: Instant,
): Promise<readonly InvoiceChange[]> {
  const purses = await Purses.open(tx, loaded);
  const changes = loaded.map((one) => purses.applied(one, at));
  await invoices.record(tx, changes);
  await purses.record(tx);
  return changes;
}

/**
 * What payments bring besides settling invoices: what nobody owes and no provider gives back is the customer's balance, and
 * wallet credit that is paid for is there.
 */
export async function keepPaid(tx: TenantTx, changes: readonly InvoiceChange[]): Promise<void> {
  const bought = changes.flatMap(boughtIn);
  const given = bought.filter(({ grant, at }) => !isOver(grant, at));
  const late = bought.filter((one) => !given.includes(one)).map(paidTooLate);
  const over = [
    ...changes.flatMap((change) => change.events.flatMap((event) => creditIn(event, change))),
    ...late,
  ];
  if (over.length + given.length === 0) return;
  const [balances, wallets] = await Promise.all([
    BalanceBook.open(
      tx,
      over.map(({ customerId }) => customerId),
    ),
    WalletBook.open(
      tx,
      given.map(({ purse }) => purse.customerId),
    ),
  ]);
  for (const one of over) balances.add(one);
  for (const { purse, grant, at } of given) wallets.give(purse, { id: newId('wgr'), ...grant }, at);
  await balances.record(tx);
  await wallets.record(tx);
}

/** Wallet credit that an invoice in hand was paid for. */
interface Bought {
  readonly purse: Purse;
  readonly payer: Purse;
  readonly grant: Omit<NewGrant, 'id'> & { readonly invoiceId: string };
  readonly at: Instant;
}

function boughtIn({ id, events, after: { state } }: InvoiceChange): Bought[] {
  const paid = events.find((event) => event.type === 'InvoicePaid');
  if (state.status === 'none' || paid?.type !== 'InvoicePaid') return [];
  const { basis, lines } = state;
  const purse = { customerId: basis.customerId, currency: basis.currency };
  return boughtBy(basis, lines, paid.paidAt).map((grant) => {
    return {
      purse,
      payer: purseOf(basis),
      grant: { ...grant, kind: 'paid', invoiceId: id },
      at: paid.paidAt,
    };
  });
}

/** Its end has come before the money: that is the balance of whoever paid. */
function paidTooLate({ payer, grant: { amountMinor, invoiceId: id }, at }: Bought): Movement {
  return { ...payer, amountMinor, cause: { kind: 'top_up', id }, at };
}

function creditIn(event: InvoiceEvent, { after: { state }, at }: InvoiceChange): Movement[] {
  if (state.status === 'none') return [];
  const purse = purseOf(state.basis);
  switch (event.type) {
    case 'InvoiceOverpaid': {
      const cause = { kind: 'payment', id: event.paymentId } as const;
      return [{ ...purse, amountMinor: event.amountMinor, cause, at }];
    }
    case 'NoteRefundRejected': {
      const cause = { kind: 'refund', id: event.noteId } as const;
      return [{ ...purse, amountMinor: event.amountMinor, cause, at }];
    }
    case 'BalanceRefundRejected': {
      const cause = { kind: 'refund', id: event.refundId } as const;
      return [{ ...purse, amountMinor: event.amountMinor, cause, at }];
    }
    default:
      return [];
  }
}

function purseOf(basis: Basis): Purse {
  return { customerId: payerOf(basis), currency: basis.currency };
}
