import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Page } from '@tollgate/runtime/graphql/list';
import { auditPage, type AuditFilter, type AuditRow } from './store.js';

export { AUDIT_TRAIL } from './store.js';

/** A page of the trail of the caller's tenant, and one more. */
export async function auditTrail(
  { db, context }: Caller,
  page: Page,
  filter: AuditFilter,
): Promise<AuditRow[]> {
  return auditPage(db.reader(backOfficeScope(context)), page, filter);
}
