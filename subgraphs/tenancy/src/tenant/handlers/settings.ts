import { canonicalJson } from '@tollgate/kernel/codec';
import { newId } from '@tollgate/runtime/base/new-id';
import { readScope } from '@tollgate/runtime/command/access';
import { command } from '@tollgate/runtime/command/command';
import { UnknownTenant } from '@tollgate/runtime/database/db';
import type { Tx } from '@tollgate/runtime/database/tx';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { UpdateTenantSettingsInput } from '../../generated/graphql.js';
import type { Parts } from '../../parts.js';
import { changeSettings } from '../domain/settings.js';
import { earlierAnswer, keepAnswer, noteAct, type PlatformCommand } from '../store/platform.js';
import { publishTenant } from './provision.js';
import { settingsIn, tenantForUpdate, updateSettings } from '../store/tenant.js';

/**
 * Changes settings of the caller's tenant and tells everybody. Settings stand in the control schema: what is decided is
 * noted in the tenant's trail first, and then carried out once under an id of its own.
 */
export async function updateTenantSettings(
  { db }: Parts,
  context: RequestContext,
  input: UpdateTenantSettingsInput,
) {
  const subject = context.identity.tenant ?? '';
  const asked = { name: 'updateTenantSettings', input, access: 'backend', subject } as const;
  const answer = await command({ db, context }, asked, async (tx) => {
    const decided = changeSettings(await settingsIn(tx), input);
    if (!decided.ok) return decided.rejection;
    return { __typename: 'TenantSettingsUpdated' as const, changeId: newId('evt') };
  });
  if (answer.__typename !== 'TenantSettingsUpdated') return answer;
  const scope = readScope(context);
  await db.control((tx) =>
    applyOnce(tx, context, { tenantId: scope.tenantId, changeId: answer.changeId, input }),
  );
  return { __typename: answer.__typename, tenant: await publishTenant(db, scope) };
}

interface SettingsToApply {
  readonly tenantId: string;
  readonly changeId: string;
  readonly input: UpdateTenantSettingsInput;
}

/** On top of what others changed meanwhile. Whoever repeats the call later undoes nobody's change. */
async function applyOnce(
  tx: Tx,
  context: RequestContext,
  { tenantId, changeId, input }: SettingsToApply,
): Promise<void> {
  const change: PlatformCommand = { name: 'updateTenantSettings', key: changeId, body: null };
  if ((await earlierAnswer(tx, change)) !== null) return;
  await keepAnswer(tx, change, {});
  const record = await tenantForUpdate(tx, tenantId);
  if (record?.state !== 'active') throw new UnknownTenant(tenantId);
  const decided = changeSettings(record.settings, input);
  if (decided.ok && canonicalJson(decided.value) !== canonicalJson(record.settings))
    await updateSettings(tx, { ...record, settings: decided.value, revision: record.revision + 1 });
  await noteAct(tx, context, { command: change.name, subject: tenantId, outcome: 'TenantSettingsUpdated' });
}
