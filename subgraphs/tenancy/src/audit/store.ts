import type { Instant } from '@tollgate/kernel/time/time';
import { pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryAuditTrailArgs } from '../generated/graphql.js';
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

/** A tenant's audit trail. */
export const AUDIT_TRAIL: List = { name: 'auditTrail', idPrefix: 'aud', orderBy: 'CREATED_AT_DESC' };

export type AuditFilter = Pick<QueryAuditTrailArgs, 'at' | 'command' | 'actor' | 'subject'>;

/** A page of the audit trail, and one more. */
export async function auditPage(
  tx: Queryable,
  page: Page,
  { at, command, actor, subject }: AuditFilter,
): Promise<AuditRow[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    key: numberOf,
    where: [
      ...within('at', at),
      [command, (parameter) => `command = ${parameter}`],
      [actor, (parameter) => `actor = ${parameter}`],
      [subject, (parameter) => `subject = ${parameter}`],
    ],
  });
  const rows = await tx.query<Omit<AuditRow, 'id'> & { id: bigint }>(
    `SELECT id, at, kind, actor, command, subject, outcome, reason, correlation FROM {t}.audit WHERE true${sql}`,
    params,
  );
  return rows.map((row) => ({ ...row, id: `aud_${String(row.id).padStart(ID_DIGITS, '0')}` }));
}

function numberOf(id: string): string {
  const digits = ID.exec(id)?.[1];
  if (digits === undefined) throw clientError('BAD_USER_INPUT', 'That cursor is not one of ours.');
  return digits;
}
