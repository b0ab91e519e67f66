import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { on } from '@tollgate/runtime/messaging/consume';
import { keepSettings } from './settings.js';

/** Facts of others that are kept and cause nothing. */
export const copySubscriptions = [on(tenantChanged, async (tx, { data }) => keepSettings(tx, data))];
