import type { Rebuildable } from '../command/aggregate.js';
import type { Checked, CheckOptions, Difference } from '../command/rebuild.js';
import { newId } from '../base/new-id.js';
import type { Database, Scope } from '../database/db.js';

/** Streams of one transaction. */
const PAGE_STREAMS_MAX = 500;

export interface RebuildOptions {
  readonly db: Database;
  readonly aggregates: readonly Rebuildable[];
  /** One tenant only; null: all that are open for work. */
  readonly tenantId: string | null;
  /** Writes what the journal comes to where a row says something else. */
  readonly repair: boolean;
  /** Told of each difference as it is found. */
  found(difference: FoundDifference): void;
}

/** A difference, and whose it is. */
export interface FoundDifference extends Difference {
  readonly tenantId: string;
  readonly aggregate: string;
}

export interface RebuildResult {
  readonly streams: number;
  /** Streams with at least one difference. */
  readonly differ: number;
}

/** Rebuilds every projection of every aggregate from the journal and compares it with the rows that are there. */
export async function rebuild(options: RebuildOptions): Promise<RebuildResult> {
  let [streams, differ] = [0, 0];
  for (const tenantId of await openTenants(options)) {
    for (const aggregate of options.aggregates) {
      const result = await rebuildOne(options, tenantId, aggregate);
      streams += result.streams;
      differ += result.differ;
    }
  }
  return { streams, differ };
}

/** The tenant that is asked for, or all that are open for work. */
export async function openTenants({
  db,
  tenantId,
}: Pick<RebuildOptions, 'db' | 'tenantId'>): Promise<string[]> {
  if (tenantId !== null) return [tenantId];
  const rows = await db.read<{ id: string }>(
    'main',
    `SELECT id FROM {c}.tenant WHERE state = 'active' ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

async function rebuildOne(
  { db, repair, found }: RebuildOptions,
  tenantId: string,
  aggregate: Rebuildable,
): Promise<RebuildResult> {
  let streams = 0;
  const differing = new Set<string>();
  let after: string | null = null;
  for (let more = true; more; more = after !== null) {
    const options: CheckOptions = { after, limit: PAGE_STREAMS_MAX, repair };
    const page: Checked = await db.tenant(scopeOf(tenantId), (tx) => {
      // Journal and rows of one moment, however busy the tenant is.
      tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return aggregate.check(tx, options);
    });
    streams += page.streams;
    for (const difference of page.differences) {
      differing.add(difference.stream);
      found({ ...difference, tenantId, aggregate: aggregate.name });
    }
    after = page.next;
  }
  return { streams, differ: differing.size };
}

/** One line for an operator: which row, and each column as it is and as the journal says. */
export function lineOf(difference: FoundDifference): string {
  const { tenantId, aggregate, table, key, kind, columns } = difference;
  const details = Object.entries(columns).map(
    ([column, { live, rebuilt }]) =>
      `${column}: ${JSON.stringify(live)} in the row, ${JSON.stringify(rebuilt)} by the journal`,
  );
  const what = { other: details.join('; '), ...WHAT }[kind];
  return `${tenantId}\t${aggregate}\t${table} ${key}\t${what}`;
}

const WHAT = {
  missing: 'the row is missing',
  extra: 'the journal has no such row',
  stray: 'the row has no stream',
} as const;

function scopeOf(tenantId: string): Scope {
  return { tenantId, actor: 'system', correlation: newId('evt'), cause: 'job:rebuild' };
}
