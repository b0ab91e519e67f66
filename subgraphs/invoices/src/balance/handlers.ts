import { assert } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Change, Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { balances } from './aggregate.js';
import type { Balance, BalanceCause, BalanceCommand, BalanceEvent } from './domain/balance.js';
import { findBalances } from './store.js';

/** Whose credit, in which currency. */
export interface Purse {
  readonly customerId: string;
  readonly currency: Currency;
}

/** Credit that comes or goes, and why. */
export interface Movement extends Purse {
  readonly amountMinor: bigint;
  readonly cause: BalanceCause;
  readonly at: Instant;
}

/** The balances of some customers in a transaction that holds the tenant's invoices: what moves is recorded together. */
export class BalanceBook {
  readonly #loaded = new Map<string, Loaded<Balance | null>>();
  readonly #changes: Change<Balance | null, BalanceEvent>[] = [];

  private constructor(loaded: readonly Loaded<Balance | null>[]) {
    for (const one of loaded) if (one.state !== null) this.#loaded.set(keyOf(one.state), one);
  }

  /** Reads what the customers have; those that never had credit cost nothing more. */
  static async open(tx: TenantTx, customerIds: readonly string[]): Promise<BalanceBook> {
    const rows = await findBalances(tx, [...new Set(customerIds)]);
    const loaded = await balances.load(
      tx,
      rows.map(({ id }) => id),
    );
    return new BalanceBook([...loaded.values()]);
  }

  /** What is there in minor units. */
  amountMinor(purse: Purse): bigint {
    return this.#loaded.get(keyOf(purse))?.state?.amountMinor ?? 0n;
  }

  /** Gives credit; nothing is no credit. */
  add({ at, ...movement }: Movement): void {
    if (movement.amountMinor > 0n) this.#move(movement, { type: 'AddCredit', ...movement }, at);
  }

  /** Takes credit that is there. */
  take({ at, ...movement }: Movement): void {
    const { amountMinor, cause } = movement;
    if (amountMinor > 0n) this.#move(movement, { type: 'TakeCredit', amountMinor, cause }, at);
  }

  /** Records what moved. */
  async record(tx: TenantTx): Promise<void> {
    await balances.record(tx, this.#changes.splice(0));
  }

  #move(purse: Purse, command: BalanceCommand, at: Instant): void {
    const loaded = this.#loaded.get(keyOf(purse)) ?? balances.fresh(newId('bal'));
    const decided = balances.decide(loaded, command, at);
    assert(decided.ok, 'nothing rejects a movement of credit');
    this.#changes.push(decided.change);
    this.#loaded.set(keyOf(purse), decided.change.after);
  }
}

function keyOf({ customerId, currency }: Purse): string {
  return `${customerId} ${currency}`;
}
