import { canonicalJson } from '@tollgate/kernel/codec';
import { isId } from '@tollgate/kernel/id';
import { requireStaff, writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { UnknownTenant, type Queryable, type Scope } from '@tollgate/runtime/database/db';
import { clientError } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import { apiKeyHash, apiKeySecret, type ApiKeySeed } from '../api-key/secret.js';
import { InputReader, NAME_MAX_CHARS } from '@tollgate/kernel/input';
import {
  changeSettings,
  planTenant,
  type NewTenant,
  type SettingsChange,
  type TenantPlan,
} from './domain/settings.js';
import { refused, type Parts } from '../handlers.js';
import { provisionTenant, publishTenant } from './provision.js';
import { apiKeyById, insertApiKey, keyHash, revokeKey, workingKeys } from '../api-key/store.js';
import { earlierAnswer, keepAnswer, noteStaffAct, type PlatformCommand } from './platform.js';
import { insertTenant, tenantForUpdate, updateSettings } from './store.js';

/** Keys of a tenant that may work at the same time. */
export const API_KEYS_MAX = 100;
const FIRST_KEY_NAME = 'First key';
/** Every tenant starts here; it may move later. */
const FIRST_SHARD = 'main';

/** Creates a tenant, or carries on with the one that the same idempotency key began. */
export async function createTenant(parts: Parts, context: RequestContext, input: NewTenant) {
  const staff = requireStaff(context, 'operator');
  const plan = planTenant(input);
  if (!plan.ok) return refused(plan.rejection);
  if (!parts.config.canProvision)
    throw clientError('UNAVAILABLE', 'Tenants cannot be created here now; try again later.');
  const { idempotencyKey: key, ...body } = input;
  const command = { name: 'createTenant', key: key ?? null, body };
  const begun = await parts.db.control((tx) =>
    beginTenant(tx, context, { parts, command, plan: plan.value }),
  );
  if (begun === null)
    return {
      __typename: 'IdempotencyConflict',
      message: 'This idempotency key was used with another body.',
    } as const;
  const scope: Scope = {
    tenantId: begun.tenantId,
    actor: `staff:${staff.actor}`,
    correlation: context.correlation,
    cause: `request:${context.correlation}`,
  };
  const tenant = await provisionTenant({ ...parts, canProvision: true }, scope, (tx) =>
    audit(tx, context, { command: command.name, subject: begun.tenantId, outcome: 'TenantCreated' }),
  );
  const apiKey = await shownSecret(parts, { keyId: begun.keyId, sandbox: tenant.settings.sandbox });
  return { __typename: 'TenantCreated', tenant, apiKey, apiKeyId: begun.keyId } as const;
}

/** The secret of a key, derived again; refused where it was derived from a master secret that is gone. */
async function shownSecret({ db, config }: Parts, seed: ApiKeySeed): Promise<string> {
  const secret = apiKeySecret(seed, config.apiKeySecret);
  const stored = await db.control((tx) => keyHash(tx, seed.keyId));
  if (stored === apiKeyHash(secret)) return secret;
  throw clientError(
    'NOT_FOUND',
    'The key of this tenant can no longer be shown. Create another: createApiKey.',
  );
}

interface BegunTenant {
  readonly tenantId: string;
  readonly keyId: string;
}

/** The first step: the tenant is known and has a key. Null where the idempotency key belongs to another body. */
async function beginTenant(
  tx: Queryable,
  context: RequestContext,
  {
    parts,
    command,
    plan,
  }: { readonly parts: Parts; readonly command: PlatformCommand; readonly plan: TenantPlan },
): Promise<BegunTenant | null> {
  const earlier = await earlierAnswer<BegunTenant>(tx, command);
  if (earlier !== null) return earlier.kind === 'conflict' ? null : earlier.answer;
  const begun = { tenantId: newId('ten'), keyId: newId('key') };
  await insertTenant(tx, {
    id: begun.tenantId,
    schema: `t_${begun.tenantId.slice('ten_'.length)}`,
    shard: FIRST_SHARD,
    settings: plan.settings,
    clockStartsAt: plan.clockStartsAt,
  });
  const seed = { keyId: begun.keyId, sandbox: plan.settings.sandbox };
  await addKey(tx, parts, {
    seed,
    tenantId: begun.tenantId,
    name: FIRST_KEY_NAME,
    createdBy: actorOf(context),
  });
  await keepAnswer(tx, command, begun);
  await noteAct(tx, context, { command: command.name, subject: begun.tenantId, outcome: 'TenantCreated' });
  return begun;
}

/** Changes settings of the caller's tenant and tells everybody. */
export async function updateTenantSettings(parts: Parts, context: RequestContext, input: SettingsChange) {
  const scope = writeScope(context);
  const changed = await parts.db.control(async (tx) => {
    const record = await tenantForUpdate(tx, scope.tenantId);
    if (record?.state !== 'active') throw new UnknownTenant(scope.tenantId);
    const decided = changeSettings(record.settings, input);
    if (!decided.ok) return decided;
    if (canonicalJson(decided.value) !== canonicalJson(record.settings))
      await updateSettings(tx, { ...record, settings: decided.value, revision: record.revision + 1 });
    await noteAct(tx, context, {
      command: 'updateTenantSettings',
      subject: record.id,
      outcome: 'TenantSettingsUpdated',
    });
    return decided;
  });
  if (!changed.ok) return refused(changed.rejection);
  const tenant = await publishTenant(parts.db, scope, (tx) =>
    audit(tx, context, {
      command: 'updateTenantSettings',
      subject: scope.tenantId,
      outcome: 'TenantSettingsUpdated',
    }),
  );
  return { __typename: 'TenantSettingsUpdated', tenant } as const;
}

/** Creates a key for the caller's tenant; its secret is in the answer only. */
export async function createApiKey(parts: Parts, context: RequestContext, input: { readonly name: string }) {
  const scope = writeScope(context);
  const fields = new InputReader();
  const name = fields.text('input.name', input.name, NAME_MAX_CHARS);
  if (fields.rejection !== null) return refused(fields.rejection);
  if ((await parts.db.control((tx) => workingKeys(tx, scope.tenantId))) >= API_KEYS_MAX) return tooManyKeys();
  const keyId = newId('key');
  await noteInTenant(parts, context, { command: 'createApiKey', subject: keyId, outcome: 'ApiKeyCreated' });
  return parts.db.control(async (tx) => {
    const tenant = await tenantForUpdate(tx, scope.tenantId);
    if (tenant === null) throw new UnknownTenant(scope.tenantId);
    // Counted again under the lock: callers that came together do not pass the bound together.
    if ((await workingKeys(tx, tenant.id)) >= API_KEYS_MAX) return tooManyKeys();
    const seed = { keyId, sandbox: tenant.settings.sandbox };
    const secret = await addKey(tx, parts, { seed, tenantId: tenant.id, name, createdBy: actorOf(context) });
    await noteAct(tx, context, { command: 'createApiKey', subject: keyId, outcome: 'ApiKeyCreated' });
    const apiKey = await apiKeyById(tx, tenant.id, keyId);
    if (apiKey === null) throw new Error('a key is there after it was written');
    return { __typename: 'ApiKeyCreated', apiKey, secret } as const;
  });
}

function tooManyKeys() {
  return {
    __typename: 'TooManyApiKeys',
    message: `A tenant has at most ${API_KEYS_MAX} working API keys; revoke one first.`,
    limit: API_KEYS_MAX,
  } as const;
}

/** Revokes a key of the caller's tenant; again changes nothing. */
export async function revokeApiKey(parts: Parts, context: RequestContext, { id }: { readonly id: string }) {
  const scope = writeScope(context);
  const unknown = {
    __typename: 'UnknownApiKey',
    message: 'There is no such API key.',
    apiKeyId: id,
  } as const;
  if (!isId('key', id)) return unknown;
  const found = await parts.db.control((tx) => apiKeyById(tx, scope.tenantId, id));
  if (found === null) return unknown;
  await noteInTenant(parts, context, { command: 'revokeApiKey', subject: id, outcome: 'ApiKeyRevoked' });
  return parts.db.control(async (tx) => {
    await revokeKey(tx, scope.tenantId, id);
    await noteAct(tx, context, { command: 'revokeApiKey', subject: id, outcome: 'ApiKeyRevoked' });
    const apiKey = await apiKeyById(tx, scope.tenantId, id);
    return apiKey === null ? unknown : ({ __typename: 'ApiKeyRevoked', apiKey } as const);
  });
}

async function addKey(
  tx: Queryable,
  { config }: Parts,
  key: {
    readonly seed: ApiKeySeed;
    readonly tenantId: string;
    readonly name: string;
    readonly createdBy: string;
  },
): Promise<string> {
  const secret = apiKeySecret(key.seed, config.apiKeySecret);
  const { tenantId, name, createdBy } = key;
  const [hash, lastFour] = [apiKeyHash(secret), secret.slice(-4)];
  await insertApiKey(tx, { id: key.seed.keyId, tenantId, name, createdBy, hash, lastFour });
  return secret;
}

interface Act {
  readonly command: string;
  readonly subject: string;
  readonly outcome: string;
}

/**
 * Notes in the tenant's trail what is about to happen in the control schema. Before, not after: a line without an
 * effect can be explained, an effect without a line cannot.
 */
async function noteInTenant(parts: Parts, context: RequestContext, act: Act): Promise<void> {
  await parts.db.tenant(writeScope(context), (tx) => audit(tx, context, act));
}

/** Staff's acts are noted for ourselves too. */
async function noteAct(tx: Queryable, context: RequestContext, act: Act): Promise<void> {
  const { identity, correlation } = context;
  if (identity.kind !== 'staff') return;
  await noteStaffAct(tx, { ...act, actor: identity.actor, reason: identity.reason ?? null, correlation });
}

function actorOf({ identity }: RequestContext): string {
  return `${identity.kind}:${identity.actor}`;
}
