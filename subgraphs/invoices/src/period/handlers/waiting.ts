import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { charges, type ChargeChange, type LoadedCharge } from '../../charge/aggregate.js';
import { oneOffCharges } from '../../charge/domain/charge.js';
import { billedOn, readWaiting } from '../../charge/handlers.js';
import type { BillPlan, Waiting } from '../domain/plan-bill.js';
import type { Terms } from '../domain/terms.js';
import { goesOnBeside } from '../store/subscription.js';
import type { Known } from './known.js';

type Billed = Pick<Terms, 'customerId' | 'currency' | 'subscriptionId'>;

/** Charges that wait for the next invoice of their customers: the first one that is made takes them. */
export class WaitingCharges {
  #waiting: readonly LoadedCharge[];
  readonly #billed: ChargeChange[] = [];

  private constructor(waiting: readonly LoadedCharge[]) {
    this.#waiting = waiting;
  }

  /** Reads those of these customers. */
  static async of(tx: TenantTx, customerIds: readonly string[]): Promise<WaitingCharges> {
    return new WaitingCharges(await readWaiting(tx, customerIds));
  }

  /** What an invoice on these terms takes with it. */
  async for(tx: TenantTx, { told }: Known, terms: Billed): Promise<Waiting> {
    const mine = this.#mine(terms);
    if (mine.length === 0) return { charges: [], isLastChance: false };
    const at: Instant = told.kind === 'bill' ? told.bill.at : await tx.now();
    const isOver = told.kind === 'bill' && told.bill.over !== null;
    return {
      charges: mine.flatMap(({ id, state }) => (state === null ? [] : oneOffCharges(id, state, at))),
      isLastChance: isOver && !(await goesOnBeside(tx, terms)),
    };
  }

  /** Notes which invoice took them. */
  take(
    terms: Billed,
    { draft }: BillPlan,
    { invoiceId, at }: { readonly invoiceId: string; readonly at: Instant },
  ): void {
    if (draft === null || !draft.charges.some(({ kind }) => kind === 'one_off')) return;
    const mine = this.#mine(terms);
    this.#billed.push(...billedOn(mine, invoiceId, at));
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
