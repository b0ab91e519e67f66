import type { Instant } from '@tollgate/kernel/time/time';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { Queryable } from '@tollgate/runtime/database/db';
import { clientError } from '@tollgate/runtime/base/errors';

/** One line of the tenant's audit trail. */
export interface AuditRow {
  readonly id: string;
  readonly at: Instant;
  readonly kind: string;
  readonly actor: string;
  readonly command: string;
  readonly subject: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly correlation: string;
}

const ID_DIGITS = 26;
const ID = /^aud_0{8}(\d{18})$/;

/** A page of the audit trail from the newest back, and one more. */
export async function auditPage(tx: Queryable, page: Page): Promise<AuditRow[]> {
  const rows = await tx.query<Omit<AuditRow, 'id'> & { id: bigint }>(
    `SELECT id, at, kind, actor, command, subject, outcome, reason, correlation FROM {t}.audit
     WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
    [page.after === null ? null : numberOf(page.after), page.limit + 1],
  );
  return rows.map((row) => ({ ...row, id: `aud_${String(row.id).padStart(ID_DIGITS, '0')}` }));
}

function numberOf(id: string): string {
  const digits = ID.exec(id)?.[1];
  if (digits === undefined) throw clientError('BAD_USER_INPUT', 'That cursor is not one of ours.');
  return digits;
}
