import type { TenantTx } from '../database/db.js';

/** Which page is looked at. */
export interface ProofPage {
  /** The last id of the page before; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** Something that is not what it is computed from. */
export interface Fault {
  readonly id: string;
  /** What differs, for an operator. */
  readonly said: string;
}

export interface ProvenPage {
  readonly count: number;
  readonly faults: readonly Fault[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}

/** Documents that can be computed again from what is stored of them: what `npm run verify` does. */
export interface Provable {
  /** What they are, in the plural. */
  readonly name: string;
  /** Computes a page of them again and compares. */
  prove(tx: TenantTx, page: ProofPage): Promise<ProvenPage>;
}
