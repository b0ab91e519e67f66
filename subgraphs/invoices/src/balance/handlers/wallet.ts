import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule, type Appointment } from '@tollgate/runtime/timers/timers';
import { wallets, type WalletChange } from '../aggregate.js';
import { usableGrants, type Grant, type WalletPart } from '../domain/grant.js';
import { isLow } from '../domain/wallet.js';
import type { NewGrant, Wallet, WalletCause, WalletCommand } from '../domain/wallet-state.js';
import type { Purse } from '../handlers.js';
import { findWallets } from '../store/wallet.js';

/** Wallet credit that is used or given back, and why. */
export interface WalletMovement {
  readonly parts: readonly WalletPart[];
  readonly cause: WalletCause;
  readonly at: Instant;
}

/** The wallets of some customers in a transaction that holds the tenant's invoices: what moves is recorded together. */
export class WalletBook {
  readonly #loaded = new Map<string, Loaded<Wallet | null>>();
  readonly #changes: WalletChange[] = [];
  readonly #filled: Appointment[] = [];

  private constructor(loaded: Iterable<Loaded<Wallet | null>>) {
    for (const one of loaded) if (one.state !== null) this.#loaded.set(keyOf(one.state), one);
  }

  /** Reads what the customers have; those that never had a wallet cost nothing more. */
  static async open(tx: TenantTx, customerIds: readonly string[]): Promise<WalletBook> {
    const rows = await findWallets(tx, [...new Set(customerIds)]);
    const loaded = await wallets.load(
      tx,
      rows.map(({ id }) => id),
    );
    return new WalletBook(loaded.values());
  }

  /** Grants that may pay then, in the order in which they do. */
  usable(purse: Purse, at: Instant): Grant[] {
    return usableGrants(this.#of(purse).state?.grants ?? [], at);
  }

  /** Gives credit; answers with the wallet that it is in. */
  give(purse: Purse, grant: NewGrant, at: Instant): string {
    const { customerId, currency } = purse;
    return this.#move(purse, { type: 'GiveGrant', customerId, currency, grant, at }, at).id;
  }

  /** Takes credit that is there; no parts are nothing. */
  use(purse: Purse, { at, ...movement }: WalletMovement): void {
    if (movement.parts.length > 0) this.#move(purse, { type: 'UseGrants', ...movement }, at);
  }

  /** Gives back what was used; no parts are nothing. */
  restore(purse: Purse, movement: WalletMovement): void {
    const { at } = movement;
    if (movement.parts.length > 0) this.#move(purse, { type: 'RestoreGrants', ...movement }, at);
  }

  /** What paid for the grant of a top-up is disputed: it is not used; nothing where there is no such grant. */
  hold(purse: Purse, invoiceId: string, at: Instant): void {
    if (this.#of(purse).state !== null) this.#move(purse, { type: 'HoldGrant', invoiceId }, at);
  }

  /** That was won: it is used again. */
  release(purse: Purse, invoiceId: string, at: Instant): void {
    if (this.#of(purse).state !== null) this.#move(purse, { type: 'ReleaseGrant', invoiceId }, at);
  }

  /** That was lost: what is left of it is taken, up to what is lost. */
  lose(purse: Purse, lost: Omit<Extract<WalletCommand, { type: 'LoseGrant' }>, 'type'>, at: Instant): void {
    if (this.#of(purse).state !== null) this.#move(purse, { type: 'LoseGrant', ...lost }, at);
  }

  /** An invoice is final, or was tried again: where less is left than was agreed, the wallet is filled then. */
  watch(purse: Purse, at: Instant): void {
    this.#filled.push(...fillingOf(this.#of(purse), at));
  }

  /** Records what moved. */
  async record(tx: TenantTx): Promise<void> {
    const changes = this.#changes.splice(0);
    await wallets.record(tx, changes);
    await schedule(tx, [...changes.flatMap(endsOf), ...this.#filled.splice(0)]);
  }

  #of(purse: Purse): Loaded<Wallet | null> {
    return this.#loaded.get(keyOf(purse)) ?? wallets.fresh(newId('wal'));
  }

  #move(purse: Purse, command: WalletCommand, at: Instant): WalletChange {
    const decided = wallets.decide(this.#of(purse), command, at);
    assert(decided.ok, 'nothing rejects a movement of wallet credit');
    this.#changes.push(decided.change);
    this.#loaded.set(keyOf(purse), decided.change.after);
    return decided.change;
  }
}

function keyOf({ customerId, currency }: Purse): string {
  return `${customerId} ${currency}`;
}

/** After what is under way then, charges above all, a wallet that is low is filled; nothing where it is not. */
export function fillingOf({ id: walletId, state }: Loaded<Wallet | null>, at: Instant): Appointment[] {
  if (state === null || !isLow(state, at)) return [];
  // One for each instant: that of an earlier one has another month's bound to keep.
  const key = `${walletId} ${at}`;
  return [{ owner: 'invoices', kind: 'wallet_top_up', key, dueAt: at, payload: { walletId } }];
}

/** A grant ends at its instant; those of one customer one after the other, in the order of granting. */
function endsOf({ id: walletId, events }: WalletChange): Appointment[] {
  return events.flatMap((event) => {
    if (event.type !== 'GrantGiven') return [];
    const { customerId: series, grant } = event;
    const { id: key, expiresAt: dueAt } = grant;
    if (dueAt === null) return [];
    return [{ owner: 'invoices', kind: 'wallet_expiry', key, series, dueAt, payload: { walletId } }];
  });
}
