import { newId } from '../base/new-id.js';
import type { Fault, ProofPage, Provable, ProvenPage } from '../command/provable.js';
import type { Database } from '../database/db.js';
import { openTenants } from './rebuild.js';

/** Documents of one transaction. */
const PAGE_MAX = 200;

export interface VerifyOptions {
  readonly db: Database;
  readonly provables: readonly Provable[];
  /** One tenant only; null: all that are open for work. */
  readonly tenantId: string | null;
  /** Told of each fault as it is found. */
  found(fault: FoundFault): void;
}

/** A fault, and whose it is. */
export interface FoundFault extends Fault {
  readonly tenantId: string;
}

/** How many documents there are of a kind, and how many of them are not what they are computed from. */
export interface Verified {
  readonly name: string;
  readonly count: number;
  readonly differ: number;
}

/** Computes every document of the tenants again from what is stored of it, and compares. */
export async function verify(options: VerifyOptions): Promise<readonly Verified[]> {
  const tenants = await openTenants(options);
  const verified: Verified[] = [];
  for (const provable of options.provables) {
    let [count, differ] = [0, 0];
    for (const tenantId of tenants) {
      const one = await verifyTenant(options, provable, tenantId);
      count += one.count;
      differ += one.differ;
    }
    verified.push({ name: provable.name, count, differ });
  }
  return verified;
}

async function verifyTenant(
  { db, found }: VerifyOptions,
  provable: Provable,
  tenantId: string,
): Promise<{ readonly count: number; readonly differ: number }> {
  const scope = { tenantId, actor: 'system', correlation: newId('evt'), cause: 'job:verify' };
  let count = 0;
  const differing = new Set<string>();
  let after: string | null = null;
  for (let more = true; more; more = after !== null) {
    const asked: ProofPage = { after, limit: PAGE_MAX };
    const page: ProvenPage = await db.tenant(scope, (tx) => {
      // Journal and rows of one moment, however busy the tenant is.
      tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return provable.prove(tx, asked);
    });
    count += page.count;
    for (const fault of page.faults) {
      differing.add(fault.id);
      found({ ...fault, tenantId });
    }
    after = page.next;
  }
  return { count, differ: differing.size };
}
