import {
  resolveTerms,
  versionNeeded,
  type KeptTerms,
  type ResolvedTerms,
} from '@tollgate/contracts/plans/terms-ref';
import type { PlanVersionPart, PlanVersionRecord } from '@tollgate/contracts/plans/version';
import { Retryable } from '../base/errors.js';
import type { TenantTx } from '../database/db.js';

/** Versions that a process remembers, as many as have about so many prices: they never change. */
const REMEMBERED_PRICES_MAX = 100_000;

/** A context's own copies of versions of plans, in a table of its own and one beside it, `…_part`, for long price lists. */
export class PlanVersions {
  readonly #remembered = new Map<string, PlanVersionRecord>();
  #rememberedPrices = 0;
  readonly #sql: Readonly<Record<'keep' | 'keepPart' | 'read', string>>;

  constructor(table: string) {
    this.#sql = {
      keep: `
        INSERT INTO {t}.${table} (id, version, parts) SELECT * FROM unnest($1::text[], $2::jsonb[], $3::int[])
        ON CONFLICT DO NOTHING`,
      keepPart: `
        INSERT INTO {t}.${table}_part (version_id, part, prices)
        SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[]) ON CONFLICT DO NOTHING`,
      read: `
        SELECT v.version, p.others FROM {t}.${table} v CROSS JOIN LATERAL (
          SELECT count(*) AS known, jsonb_agg(prices ORDER BY part) AS others
          FROM {t}.${table}_part WHERE version_id = v.id) p
        WHERE v.id = ANY($1) AND p.known = v.parts - 1`,
    };
  }

  /** Keeps parts of versions of plans, which never change, in whatever order they come. */
  keep(tx: TenantTx, told: readonly PlanVersionPart[]): void {
    const firsts = told.flatMap(({ part, parts, ...version }) => (part === 0 ? [{ version, parts }] : []));
    const others = told.filter(({ part }) => part > 0);
    if (firsts.length > 0)
      tx.post(this.#sql.keep, [
        firsts.map(({ version }) => version.planVersionId),
        firsts.map(({ version }) => JSON.stringify(version)),
        firsts.map(({ parts }) => parts),
      ]);
    if (others.length > 0)
      tx.post(this.#sql.keepPart, [
        others.map(({ planVersionId }) => planVersionId),
        others.map(({ part }) => part),
        others.map(({ prices }) => JSON.stringify(prices)),
      ]);
  }

  /** Brings terms to what they say in full. A version that is on its way here is worth another try. */
  async resolver(tx: TenantTx, kept: readonly KeptTerms[]): Promise<(terms: KeptTerms) => ResolvedTerms> {
    const { tenantId } = tx.scope;
    const ids = [...new Set(kept.flatMap((terms) => versionNeeded(terms) ?? []))];
    const found = new Map<string, PlanVersionRecord>();
    for (const id of ids) {
      const version = this.#remembered.get(`${tenantId}/${id}`);
      if (version !== undefined) found.set(id, version);
    }
    const missing = ids.filter((id) => !found.has(id));
    for (const version of await this.#read(tx, missing)) {
      found.set(version.planVersionId, version);
      this.#remember(`${tenantId}/${version.planVersionId}`, version);
    }
    const unknown = ids.find((id) => !found.has(id));
    if (unknown !== undefined) throw new Retryable(`version ${unknown} of a plan is not here yet`);
    return (terms) => resolveTerms(terms, found.get(versionNeeded(terms) ?? '') ?? null);
  }

  #remember(name: string, version: PlanVersionRecord): void {
    this.#rememberedPrices += version.prices.length + 1;
    if (this.#rememberedPrices > REMEMBERED_PRICES_MAX) {
      this.#remembered.clear();
      this.#rememberedPrices = version.prices.length + 1;
    }
    this.#remembered.set(name, version);
  }

  /** Versions of which all parts are here. */
  async #read(tx: TenantTx, ids: readonly string[]): Promise<PlanVersionRecord[]> {
    if (ids.length === 0) return [];
    const rows = await tx.query<{
      readonly version: PlanVersionRecord;
      readonly others: readonly PlanVersionRecord['prices'][] | null;
    }>(this.#sql.read, [ids]);
    return rows.map(({ version, others }) =>
      others === null ? version : { ...version, prices: [...version.prices, ...others.flat()] },
    );
  }
}
