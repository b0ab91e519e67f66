import type { RequestContext } from '../graphql/context.js';
import type { TenantTx } from '../database/db.js';

/** What a line of the trail says besides who and when. */
export interface AuditEntry {
  /** The mutation, or the root field that a staff member read. */
  readonly command: string;
  /** What it was about: an id, where there is one. */
  readonly subject: string;
  /** The type of the answer; `FORBIDDEN` where the caller may not, `READ` where a staff member looked. */
  readonly outcome: string;
}

/** Who did what and why, in the form of the trail: for those who write many lines in a statement of their own. */
export interface AuditLine extends AuditEntry {
  readonly kind: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly correlation: string;
}

const SUBJECT_MAX_CHARS = 500;
/** Callers name subjects; Postgres stores no NUL, and nobody reads control characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/** The line that this caller's command leaves. */
export function auditLine({ identity, correlation }: RequestContext, entry: AuditEntry): AuditLine {
  return {
    kind: identity.kind,
    actor: identity.actor,
    command: entry.command,
    subject: entry.subject.slice(0, SUBJECT_MAX_CHARS).replace(UNPRINTABLE, '\u{fffd}'),
    outcome: entry.outcome,
    reason: identity.kind === 'staff' ? (identity.reason ?? null) : null,
    correlation,
  };
}

/** Notes in the tenant's trail who did what and why, with the next write of the transaction in which it was done. */
export async function audit(tx: TenantTx, context: RequestContext, entry: AuditEntry): Promise<void> {
  postAudit(tx, [auditLine(context, entry)]);
}

/** Lines of many callers in one statement. */
export function postAudit(tx: TenantTx, lines: readonly AuditLine[]): void {
  if (lines.length > 0) tx.post(AUDIT_SQL, [JSON.stringify(lines)]);
}

const AUDIT_SQL = `
  INSERT INTO {t}.audit (kind, actor, command, subject, outcome, reason, correlation)
  SELECT kind, actor, command, subject, outcome, reason, correlation FROM jsonb_to_recordset($1::jsonb)
    AS l (kind text, actor text, command text, subject text, outcome text, reason text, correlation text)`;
