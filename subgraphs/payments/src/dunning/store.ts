import { encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, within, type List, type Page, type TimeRange } from '@tollgate/runtime/graphql/list';
import {
  isRetrying,
  type DunningCause,
  type DunningOutcome,
  type DunningRun,
  type TenantPolicy,
} from './domain/run.js';

/** `watching`: nothing is tried again, and it is looked after until it is settled. */
export type DunningStatus = DunningOutcome | 'retrying' | 'paused' | 'watching';

/** A run as it is shown: computed from the folded stream, never changed by itself. */
export interface DunningRow {
  readonly id: string;
  readonly version: number;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly cause: DunningCause;
  readonly status: DunningStatus;
  readonly started_at: Instant;
  readonly retries: readonly Instant[];
  readonly retries_past: number;
  readonly failing_since: Instant | null;
  readonly revoke_at: Instant | null;
  readonly has_access: boolean;
  readonly paused_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly policy: TenantPolicy | null;
}

export const DUNNING_COLUMNS = [
  'id',
  'version',
  'invoice_id',
  'customer_id',
  'cause',
  'status',
  'started_at',
  'retries',
  'retries_past',
  'failing_since',
  'revoke_at',
  'has_access',
  'paused_at',
  'ended_at',
  'policy',
] as const satisfies readonly (keyof DunningRow)[];

const COLUMNS = DUNNING_COLUMNS.join(', ');

/** The row that belongs to a run's state. */
export function rowOf(run: DunningRun, version: number) {
  return {
    id: run.id,
    version,
    invoice_id: run.invoiceId,
    customer_id: run.customerId,
    cause: run.cause,
    status: statusOf(run),
    started_at: run.startedAt,
    retries: run.retries,
    retries_past: run.past,
    failing_since: run.failingSince,
    revoke_at: run.revokeAt,
    has_access: run.hasAccess,
    paused_at: run.pausedAt,
    ended_at: run.endedAt,
    policy: policyOf(run),
  };
}

function policyOf({ policy }: DunningRun): JsonValue {
  return policy === null ? null : encodeJson(policy);
}

function statusOf(run: DunningRun): DunningStatus {
  if (run.outcome !== null) return run.outcome;
  if (run.pausedAt !== null) return 'paused';
  return isRetrying(run) && run.policy !== null ? 'retrying' : 'watching';
}

/** Ids of the runs of these invoices; an invoice that never failed has none. */
export async function runsOfInvoices(
  tx: Queryable,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ readonly id: string; readonly invoice_id: string }>(
    'SELECT id, invoice_id FROM {t}.payments_dunning WHERE invoice_id = ANY($1)',
    [invoiceIds],
  );
  return new Map(rows.map((row) => [row.invoice_id, row.id]));
}

/** The runs of a tenant. */
export const DUNNING_RUNS: List = { name: 'dunningRuns', idPrefix: 'dun', orderBy: 'CREATED_AT_DESC' };

export interface DunningFilter {
  readonly invoiceId?: string | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly isFailing?: boolean | null | undefined;
  readonly started?: TimeRange | null | undefined;
}

/** A page of runs, and one more. */
export async function pageRuns(tx: Queryable, filter: DunningFilter, page: Page): Promise<DunningRow[]> {
  const { invoiceId, customerId, status, isFailing, started } = filter;
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [invoiceId, (parameter) => `invoice_id = ${parameter}`],
      [customerId, (parameter) => `customer_id = ${parameter}`],
      [status, (parameter) => `status = lower(${parameter})`],
      [isFailing, (parameter) => `(failing_since IS NOT NULL) = ${parameter}`],
      ...within('started_at', started),
    ],
  });
  return tx.query<DunningRow>(`SELECT ${COLUMNS} FROM {t}.payments_dunning WHERE true${sql}`, params);
}

/** Runs by id; unknown ones are missing. */
export async function runsById(tx: Queryable, ids: readonly string[]): Promise<DunningRow[]> {
  return tx.query<DunningRow>(`SELECT ${COLUMNS} FROM {t}.payments_dunning WHERE id = ANY($1)`, [ids]);
}

/** Runs of these invoices, of one customer where there is a limit. */
export async function rowsOfInvoices(
  tx: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<DunningRow[]> {
  return tx.query<DunningRow>(
    `SELECT ${COLUMNS} FROM {t}.payments_dunning
     WHERE invoice_id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [invoiceIds, customer],
  );
}
