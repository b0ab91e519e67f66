import { LRUCache } from 'lru-cache';
import type { Placement, Queryable } from './tx.js';

const PLACEMENT_TTL_MS = 5_000;
const PLACEMENTS_MAX = 10_000;

/** Where tenants live, as this process remembers it. */
export class Placements {
  readonly #known = new LRUCache<string, { readonly placement: Placement; readonly readAtMs: number }>({
    max: PLACEMENTS_MAX,
  });

  constructor(private readonly read: Queryable['query']) {}

  /** At most 5 s old; null where there is no such tenant. */
  async locate(tenantId: string): Promise<Placement | null> {
    const known = this.#known.get(tenantId);
    if (known !== undefined && Date.now() - known.readAtMs < PLACEMENT_TTL_MS) return known.placement;
    const [row] = await this.read<PlacementRow>(PLACEMENT_SQL, [tenantId]);
    const placement = row === undefined ? null : placementOf(row);
    // Others are asked for again each time: a tenant that is being provisioned or moved opens at once.
    if (placement?.state === 'active') this.#known.set(tenantId, { placement, readAtMs: Date.now() });
    else this.#known.delete(tenantId);
    return placement;
  }

  forget(tenantId: string): void {
    this.#known.delete(tenantId);
  }
}

interface PlacementRow {
  tenant_id: string;
  shard: string;
  epoch: number;
  state: Placement['state'];
  schema_name: string;
  sandbox: boolean;
}

const PLACEMENT_SQL = `
  SELECT t.id AS tenant_id, p.shard, p.epoch, t.state, t.schema_name, t.sandbox
  FROM {c}.tenant t JOIN {c}.placement p ON p.tenant_id = t.id WHERE t.id = $1`;

function placementOf(row: PlacementRow): Placement {
  return {
    tenantId: row.tenant_id,
    shard: row.shard,
    epoch: row.epoch,
    state: row.state,
    schema: row.schema_name,
    sandbox: row.sandbox,
  };
}
