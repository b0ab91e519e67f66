import type { TenantTx } from '@tollgate/runtime/database/db';
import type { InvoiceState } from '../invoice/domain/state.js';
import { drawnBy } from '../invoice/domain/drawn.js';
import type { OpenCommitment } from './domain/drawdown.js';
import { findCommitments } from './store.js';

/** What some customers paid for usage in advance: what one invoice draws the next one cannot. */
export class CommitmentBook {
  readonly #open: readonly OpenCommitment[];
  readonly #left: Map<string, bigint>;

  private constructor(open: readonly OpenCommitment[]) {
    this.#open = open;
    this.#left = new Map(open.map(({ id, availableMinor }) => [id, availableMinor]));
  }

  /** Reads it; customers that paid nothing in advance cost nothing more. */
  static async open(tx: TenantTx, customerIds: readonly string[]): Promise<CommitmentBook> {
    return new CommitmentBook(await findCommitments(tx, [...new Set(customerIds)]));
  }

  /** What an invoice may draw: what is left, with what it drew itself where it is computed again. */
  for(invoice: InvoiceState): readonly OpenCommitment[] {
    const own = drawnIn(invoice);
    return this.#open.map((one) => ({
      ...one,
      availableMinor: (this.#left.get(one.id) ?? 0n) + (own.get(one.id) ?? 0n),
    }));
  }

  /** Notes what an invoice draws now, in the place of what it drew before. */
  take(before: InvoiceState, after: InvoiceState): void {
    for (const [id, minor] of drawnIn(before)) this.#left.set(id, (this.#left.get(id) ?? 0n) + minor);
    for (const [id, minor] of drawnIn(after)) this.#left.set(id, (this.#left.get(id) ?? 0n) - minor);
  }
}

function drawnIn(state: InvoiceState): ReadonlyMap<string, bigint> {
  if (state.status === 'none' || state.status === 'void') return new Map();
  return new Map(drawnBy(state.basis, state.lines).map(({ id, minor }) => [id, minor]));
}
