import { clientError } from '@tollgate/runtime/base/errors';
import { assert } from '@tollgate/kernel/assert';
import { isId } from '@tollgate/kernel/id';
import { InputReader, NAME_MAX_CHARS } from '@tollgate/kernel/input';
import { newId } from '@tollgate/runtime/base/new-id';
import { backOfficeScope, requireSystem } from '@tollgate/runtime/command/access';
import { command } from '@tollgate/runtime/command/command';
import { UnknownTenant, type Queryable } from '@tollgate/runtime/database/db';
import type { Tx } from '@tollgate/runtime/database/tx';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { sliceOf } from '@tollgate/runtime/graphql/list';
import type { CreateApiKeyInput, QueryApiKeysArgs, RevokeApiKeyInput } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { noteAct } from '../tenant/store/platform.js';
import { tenantForUpdate } from '../tenant/store/tenant.js';
import { apiKeyHash, apiKeySecret, newSalt, type ApiKeySeed } from './secret.js';
import {
  API_KEYS,
  apiKeyById,
  apiKeysOf,
  insertApiKey,
  keyOwners,
  revokeKey,
  storedSecret,
  workingKeys,
  type ApiKeyRecord,
} from './store.js';

/** Hashes that are looked up together. */
const HASHES_MAX = 200;
/** Keys of a tenant that may work at the same time. */
export const API_KEYS_MAX = 100;

// Keys stand in the control schema, the trail and the answers to idempotency keys in the tenant's: what is decided is noted
// there first and then carried out, each once. A line without an effect can be explained, an effect without a line cannot.

/**
 * Creates a key for the caller's tenant; its secret is in the answer only, derived again for whoever repeats the call.
 * Not for support staff: a key would outlive their support.
 */
export async function createApiKey(parts: Parts, context: RequestContext, input: CreateApiKeyInput) {
  const { db } = parts;
  const { tenant } = context.identity;
  const working = tenant === undefined ? 0 : await workingKeys(db.controlReader, tenant);
  const fields = new InputReader();
  const name = fields.text('input.name', input.name, NAME_MAX_CHARS);
  const answer = await command(
    { db, context },
    { name: 'createApiKey', input, access: 'operator' },
    async () => {
      if (fields.rejection !== null) return fields.rejection;
      if (working >= API_KEYS_MAX) return tooManyKeys();
      return { __typename: 'ApiKeyCreated' as const, apiKeyId: newId('key') };
    },
  );
  if (answer.__typename !== 'ApiKeyCreated') return answer;
  assert(tenant !== undefined, 'whoever may create a key has a tenant');
  const created = await db.control((tx) =>
    addOnce(tx, { parts, context }, { tenantId: tenant, keyId: answer.apiKeyId, name }),
  );
  if (created !== null) return { ...answer, ...created };
  const { reason: __typename, ...data } = tooManyKeys();
  return { __typename, ...data };
}

/** Revokes a key of the caller's tenant; again changes nothing. */
export async function revokeApiKey({ db }: Parts, context: RequestContext, input: RevokeApiKeyInput) {
  const { id } = input;
  const { tenant } = context.identity;
  const known =
    tenant === undefined || !isId('key', id) ? null : await apiKeyById(db.controlReader, tenant, id);
  const asked = { name: 'revokeApiKey', input, access: 'backend', subject: id } as const;
  const answer = await command({ db, context }, asked, async () =>
    known === null
      ? ({ reason: 'UnknownApiKey', message: 'There is no such API key.', apiKeyId: id } as const)
      : { __typename: 'ApiKeyRevoked' as const },
  );
  if (answer.__typename !== 'ApiKeyRevoked') return answer;
  assert(tenant !== undefined, 'whoever may revoke a key has a tenant');
  const apiKey = await db.control(async (tx) => {
    if (await revokeKey(tx, tenant, id))
      await noteAct(tx, context, { command: asked.name, subject: id, outcome: answer.__typename });
    return apiKeyById(tx, tenant, id);
  });
  assert(apiKey !== null, 'keys are never removed');
  return { ...answer, apiKey };
}

/** Keys of the caller's tenant. */
export async function apiKeys({ db }: Parts, context: RequestContext, args: QueryApiKeysArgs) {
  const { tenantId } = backOfficeScope(context);
  return apiKeysOf(db.controlReader, sliceOf(API_KEYS, args), { tenantId, works: args.works ?? null });
}

/** Whose keys have these hashes, in their order, for the gateway alone. */
export async function identifyApiKeys({ db }: Parts, context: RequestContext, hashes: readonly string[]) {
  requireSystem(context);
  if (hashes.length > HASHES_MAX) throw clientError('BAD_USER_INPUT', `At most ${HASHES_MAX} at once.`);
  const owners = await keyOwners(db.controlReader, hashes);
  return hashes.map((hash) => owners.get(hash) ?? null);
}

interface NewKey {
  readonly keyId: string;
  readonly tenantId: string;
  readonly name: string;
}

/** Null where other callers' keys filled the tenant meanwhile: counted again under the lock, they pass the bound one by one. */
async function addOnce(
  tx: Tx,
  { parts, context }: { readonly parts: Parts; readonly context: RequestContext },
  { tenantId, keyId, name }: NewKey,
): Promise<{ readonly apiKey: ApiKeyRecord; readonly secret: string } | null> {
  const tenant = await tenantForUpdate(tx, tenantId);
  if (tenant === null) throw new UnknownTenant(tenantId);
  const kind = { keyId, sandbox: tenant.settings.sandbox };
  const earlier = await apiKeyById(tx, tenantId, keyId);
  if (earlier !== null) return { apiKey: earlier, secret: await shownSecret(tx, parts, kind) };
  if ((await workingKeys(tx, tenantId)) >= API_KEYS_MAX) return null;
  const seed = { ...kind, salt: newSalt() };
  const secret = await addKey(tx, parts, { seed, tenantId, name, createdBy: actorOf(context) });
  await noteAct(tx, context, { command: 'createApiKey', subject: keyId, outcome: 'ApiKeyCreated' });
  const apiKey = await apiKeyById(tx, tenantId, keyId);
  assert(apiKey !== null, 'a key is there after it was written');
  return { apiKey, secret };
}

/** Writes a key's hash, and answers with its secret. */
export async function addKey(
  tx: Tx,
  { config }: Pick<Parts, 'config'>,
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
  const { keyId: id, salt } = key.seed;
  await insertApiKey(tx, { id, tenantId, name, createdBy, hash, salt, lastFour });
  return secret;
}

/** The secret of a key, derived again. Throws `NOT_FOUND` where it was derived from a master secret that is gone. */
export async function shownSecret(
  tx: Queryable,
  { config }: Pick<Parts, 'config'>,
  key: Omit<ApiKeySeed, 'salt'>,
): Promise<string> {
  const stored = await storedSecret(tx, key.keyId);
  const secret = apiKeySecret({ ...key, salt: stored?.salt ?? null }, config.apiKeySecret);
  if (stored?.hash === apiKeyHash(secret)) return secret;
  throw clientError('NOT_FOUND', 'This key can no longer be shown. Create another: createApiKey.');
}

/** Who created a key, in one text. */
export function actorOf({ identity }: RequestContext): string {
  return `${identity.kind}:${identity.actor}`;
}

function tooManyKeys() {
  return {
    reason: 'TooManyApiKeys',
    message: `A tenant has at most ${API_KEYS_MAX} working API keys; revoke one first.`,
    limit: API_KEYS_MAX,
  } as const;
}
