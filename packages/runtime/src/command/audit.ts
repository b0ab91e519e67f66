import type { RequestContext } from '../graphql/context.js';
import type { TenantTx } from '../database/db.js';

/** Notes in the tenant's audit trail who did what and why, in the transaction of what was done. */
export async function audit(
  tx: TenantTx,
  context: RequestContext,
  entry: { readonly command: string; readonly subject: string; readonly outcome: string },
): Promise<void> {
  const { identity } = context;
  await tx.query(AUDIT_SQL, [
    identity.kind,
    identity.actor,
    entry.command,
    entry.subject,
    entry.outcome,
    identity.kind === 'staff' ? (identity.reason ?? null) : null,
    context.correlation,
  ]);
}

const AUDIT_SQL = `
  INSERT INTO {t}.audit (kind, actor, command, subject, outcome, reason, correlation)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;
