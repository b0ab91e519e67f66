import { UnknownTenant, type Database } from '../database/db.js';
import type { RequestContext } from '../graphql/context.js';
import type { RootField } from '../graphql/root-fields.js';
import { scopeForAudit } from './access.js';
import { auditLine, postAudit } from './audit.js';

/** Fields of one operation that get a line each; an operation with more is noted by its first ones. */
const LINES_MAX = 50;

/**
 * Notes in the tenant's trail what a staff member is about to read, before it is read: where the line cannot be written,
 * nothing is shown. Other callers read their own data and leave no lines.
 */
export async function noteStaffReads(
  db: Database,
  context: RequestContext,
  fields: readonly RootField[],
): Promise<void> {
  const scope = context.identity.kind === 'staff' ? scopeForAudit(context) : null;
  if (scope === null || fields.length === 0) return;
  const lines = fields
    .slice(0, LINES_MAX)
    .map(({ name, subject }) => auditLine(context, { command: name, subject, outcome: 'READ' }));
  try {
    await db.tenant(scope, async (tx) => postAudit(tx, lines));
  } catch (error) {
    // Data of a tenant that is not open cannot be read either.
    if (!(error instanceof UnknownTenant)) throw error;
  }
}
