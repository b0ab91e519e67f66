import {
  resolveTerms,
  versionNeeded,
  type KeptTerms,
  type ResolvedTerms,
} from '@tollgate/contracts/plans/terms-ref';
import type { PlanVersionPart, PlanVersionRecord } from '@tollgate/contracts/plans/version';
import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** Versions that a process remembers, as many as have about so many prices: they never change. */
const REMEMBERED_PRICES_MAX = 100_000;
const remembered = new Map<string, PlanVersionRecord>();
let rememberedPrices = 0;

/** Keeps parts of versions of plans, which never change, in whatever order they come. */
export function keepVersions(tx: TenantTx, told: readonly PlanVersionPart[]): void {
  const firsts = told.flatMap(({ part, parts, ...version }) => (part === 0 ? [{ version, parts }] : []));
  const others = told.filter(({ part }) => part > 0);
  if (firsts.length > 0)
    tx.post(KEEP_SQL, [
      firsts.map(({ version }) => version.planVersionId),
      firsts.map(({ version }) => JSON.stringify(version)),
      firsts.map(({ parts }) => parts),
    ]);
  if (others.length > 0)
    tx.post(KEEP_PART_SQL, [
      others.map(({ planVersionId }) => planVersionId),
      others.map(({ part }) => part),
      others.map(({ prices }) => JSON.stringify(prices)),
    ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.usage_plan_version (id, version, parts) SELECT * FROM unnest($1::text[], $2::jsonb[], $3::int[])
  ON CONFLICT DO NOTHING`;
const KEEP_PART_SQL = `
  INSERT INTO {t}.usage_plan_version_part (version_id, part, prices)
  SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[]) ON CONFLICT DO NOTHING`;

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
    remember(`${tenantId}/${version.planVersionId}`, version);
  }
  const unknown = ids.find((id) => !found.has(id));
  if (unknown !== undefined) throw new Retryable(`version ${unknown} of a plan is not here yet`);
  return (terms) => resolveTerms(terms, found.get(versionNeeded(terms) ?? '') ?? null);
}

function remember(name: string, version: PlanVersionRecord): void {
  rememberedPrices += version.prices.length + 1;
  if (rememberedPrices > REMEMBERED_PRICES_MAX) {
    remembered.clear();
    rememberedPrices = version.prices.length + 1;
  }
  remembered.set(name, version);
}

/** Versions of which all parts are here. */
async function readVersions(tx: TenantTx, ids: readonly string[]): Promise<PlanVersionRecord[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{
    readonly version: PlanVersionRecord;
    readonly others: readonly PlanVersionRecord['prices'][] | null;
  }>(READ_SQL, [ids]);
  return rows.map(({ version, others }) =>
    others === null ? version : { ...version, prices: [...version.prices, ...others.flat()] },
  );
}

const READ_SQL = `
  SELECT v.version, p.others FROM {t}.usage_plan_version v CROSS JOIN LATERAL (
    SELECT count(*) AS known, jsonb_agg(prices ORDER BY part) AS others
    FROM {t}.usage_plan_version_part WHERE version_id = v.id) p
  WHERE v.id = ANY($1) AND p.known = v.parts - 1`;
