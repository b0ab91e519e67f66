import { backOfficeScope } from '@tollgate/runtime/command/access';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Parts } from '../parts.js';
import { auditPage, type AuditRow } from './store.js';

/** A page of the trail of the caller's tenant, and one more. */
export async function auditTrail(
  { db }: Pick<Parts, 'db'>,
  context: RequestContext,
  page: Page,
): Promise<AuditRow[]> {
  return auditPage(db.reader(backOfficeScope(context)), page);
}
