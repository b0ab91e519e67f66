import {
  resolveTerms,
  versionNeeded,
  type KeptTerms,
  type ResolvedTerms,
} from '@tollgate/contracts/plans/terms-ref';
import type { PlanVersionRecord } from '@tollgate/contracts/plans/version';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** Versions that a process remembers: they never change. */
const REMEMBERED_MAX = 1_000;
const remembered = new Map<string, PlanVersionRecord>();

/** Keeps versions of plans, which never change. */
export function keepVersions(tx: TenantTx, versions: readonly PlanVersionRecord[]): void {
  tx.post(KEEP_SQL, [
    versions.map(({ planVersionId }) => planVersionId),
    versions.map((version) => JSON.stringify(version)),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.usage_plan_version (id, version) SELECT * FROM unnest($1::text[], $2::jsonb[]) ON CONFLICT DO NOTHING`;

/** Brings terms to what they say in full. A version that is on its way here is worth another try. */
export async function resolver(
  tx: TenantTx,
  kept: readonly KeptTerms[],
): Promise<(terms: KeptTerms) => ResolvedTerms> {
  const { tenantId } = tx.scope;
  const ids = [...new Set(kept.flatMap((terms) => versionNeeded(terms) ?? []))];
  const found = new Map<string, PlanVersionRecord>();
  for (const id of ids) {
    const version = remembered.get(`${tenantId}/${id}`);
    if (version !== undefined) found.set(id, version);
  }
  const missing = ids.filter((id) => !found.has(id));
  for (const version of await readVersions(tx, missing)) {
    found.set(version.planVersionId, version);
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(`${tenantId}/${version.planVersionId}`, version);
  }
  const unknown = ids.find((id) => !found.has(id));
  if (unknown !== undefined) throw new Retryable(`version ${unknown} of a plan is not here yet`);
  return (terms) => resolveTerms(terms, found.get(versionNeeded(terms) ?? '') ?? null);
}

async function readVersions(tx: TenantTx, ids: readonly string[]): Promise<PlanVersionRecord[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ version: PlanVersionRecord }>(
    'SELECT version FROM {t}.usage_plan_version WHERE id = ANY($1)',
    [ids],
  );
  return rows.map(({ version }) => version);
}
