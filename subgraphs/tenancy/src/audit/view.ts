import type { CallerKind } from '../generated/graphql.js';
import type { AuditRow } from './store.js';

/** A line of the trail as GraphQL shows it. */
export function auditView(row: AuditRow) {
  return { ...row, kind: row.kind.toUpperCase() as CallerKind };
}
