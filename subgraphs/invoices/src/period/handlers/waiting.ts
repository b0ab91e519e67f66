import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { charges, type ChargeChange, type LoadedCharge } from '../../charge/aggregate.js';
import { oneOffCharges } from '../../charge/domain/charge.js';
import { billedOn, readWaiting } from '../../charge/handlers.js';
import type { InvoiceChange } from '../../invoice/aggregate.js';
import type { Waiting } from '../domain/plan-bill.js';
import type { Terms } from '../domain/terms.js';
import { goesOnBeside } from '../store/subscription.js';
import { subscriptionOf, type Known } from './known.js';

type Billed = Pick<Terms, 'customerId' | 'currency'>;

/** Charges that wait for the next invoice of their customers: the first one that is made takes them. */
export class WaitingCharges {
  #waiting: readonly LoadedCharge[];
  readonly #billed: ChargeChange[] = [];
  /** Subscriptions that this transaction has ended or paused. */
  readonly #over: string[] = [];

  private constructor(waiting: readonly LoadedCharge[]) {
    this.#waiting = waiting;
  }

  /** Reads those of these customers. */
  static async of(tx: TenantTx, customerIds: readonly string[]): Promise<WaitingCharges> {
    return new WaitingCharges(await readWaiting(tx, customerIds));
  }

  /** What an invoice of these subscriptions takes with it. */
  async for(tx: TenantTx, members: readonly Known[], terms: Billed): Promise<Waiting> {
    const over = members.filter(({ told }) => told.kind === 'bill' && told.bill.over !== null);
    this.#over.push(...over.map(({ told }) => subscriptionOf(told)));
    const mine = this.#mine(terms);
    if (mine.length === 0) return { charges: [], isLastChance: false };
    const [first] = members;
    const at: Instant = first?.told.kind === 'bill' ? first.told.bill.at : await tx.now();
    return {
      charges: mine.flatMap(({ id, state }) => (state === null ? [] : oneOffCharges(id, state, at))),
      isLastChance: over.length > 0 && !(await goesOnBeside(tx, terms, this.#over)),
    };
  }

  /** Notes an invoice that took them. */
  take(terms: Billed, { id, at, after: { state } }: InvoiceChange): void {
    if (state.status === 'none' || !state.basis.charges.some(({ kind }) => kind === 'one_off')) return;
    const mine = this.#mine(terms);
    this.#billed.push(...billedOn(mine, id, at));
    this.#waiting = this.#waiting.filter((one) => !mine.includes(one));
  }

  /** Records what was taken. */
  async record(tx: TenantTx): Promise<void> {
    await charges.record(tx, this.#billed.splice(0));
  }

  #mine({ customerId, currency }: Billed): readonly LoadedCharge[] {
    return this.#waiting.filter(
      ({ state }) => state?.customerId === customerId && state.currency === currency,
    );
  }
}
