import { requireStaff } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Page } from '@tollgate/runtime/graphql/list';
import { clockLoader, tenantLoader } from '../loader.js';
import { noteAct } from '../store/platform.js';
import { tenantPage, type TenantFilter, type TenantRecord } from '../store/tenant.js';
import { tenantView } from '../view.js';

export { TENANTS } from '../store/tenant.js';

/** A tenant at its present time. */
export async function seen({ db, context }: Caller, record: TenantRecord) {
  return tenantView(record, await clockLoader(db, context).load(record));
}

/** One tenant by id; null where there is none. Whether the caller may see it is the caller's to say. */
export async function tenantSeen(caller: Caller, id: string) {
  const record = await tenantLoader(caller.db, caller.context).load(id);
  return record === null ? null : seen(caller, record);
}

/** A page of all tenants, and one more; for staff with the role support. */
export async function tenantsSeen(caller: Caller, page: Page, filter: TenantFilter) {
  requireStaff(caller.context, 'support');
  const read = { command: 'tenants', subject: filter.search ?? '', outcome: 'READ' };
  await caller.db.control((tx) => noteAct(tx, caller.context, read));
  const records = await tenantPage(caller.db.controlReader, page, filter);
  return Promise.all(records.map((record) => seen(caller, record)));
}
