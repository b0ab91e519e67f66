import type { InvalidInput } from '@tollgate/kernel/input';
import { clientError } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import { audit } from '@tollgate/runtime/command/audit';
import { permittedStaff, rejected, type Outcome } from '@tollgate/runtime/command/command';
import {
  earlierAnswer as earlierInTenant,
  keepAnswer as keepInTenant,
} from '@tollgate/runtime/command/idempotency';
import type { Scope, TenantTx } from '@tollgate/runtime/database/db';
import type { Tx } from '@tollgate/runtime/database/tx';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { addKey, actorOf, shownSecret } from '../api-key/handlers.js';
import { newSalt } from '../api-key/secret.js';
import type { CreateTenantInput } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { planTenant, type TenantPlan } from '../tenant/domain/settings.js';
import { earlierAnswer, keepAnswer, noteAct, type PlatformCommand } from '../tenant/store/platform.js';
import { provisionTenant } from '../tenant/handlers/provision.js';
import { insertTenant } from '../tenant/store/tenant.js';

const FIRST_KEY_NAME = 'First key';
/** Every tenant starts here; it may move later. */
const FIRST_SHARD = 'main';

/** Creates a tenant, or carries on with the one that the same idempotency key began. */
export async function createTenant(parts: Parts, context: RequestContext, input: CreateTenantInput) {
  const { db, config } = parts;
  const asked = { name: 'createTenant', input };
  const staff = await permittedStaff({ db, context }, asked, 'operator');
  if (!config.canProvision)
    throw clientError('UNAVAILABLE', 'Tenants cannot be created here now; try again later.');
  const begun = await db.control((tx) => beginTenant(tx, context, { parts, input }));
  if (!('tenantId' in begun)) return begun;
  const scope: Scope = {
    tenantId: begun.tenantId,
    actor: `staff:${staff.actor}`,
    correlation: context.correlation,
    cause: `request:${context.correlation}`,
  };
  const tenant = await provisionTenant({ ...parts, canProvision: true }, scope, (tx) =>
    noteCreation(tx, context, begun),
  );
  const apiKey = await shownSecret(db.controlReader, parts, {
    keyId: begun.keyId,
    sandbox: tenant.settings.sandbox,
  });
  return { __typename: 'TenantCreated' as const, tenant, apiKey, apiKeyId: begun.keyId };
}

/** The first line of the tenant's own trail, once however often its creation is carried on. */
async function noteCreation(tx: TenantTx, context: RequestContext, { tenantId }: BegunTenant): Promise<void> {
  const creation = { name: 'createTenant', key: tenantId, body: null };
  if ((await earlierInTenant(tx, creation)) !== null) return;
  keepInTenant(tx, creation, null);
  await audit(tx, context, { command: creation.name, subject: tenantId, outcome: 'TenantCreated' });
}

interface BegunTenant {
  readonly tenantId: string;
  readonly keyId: string;
}

type Begun =
  | BegunTenant
  | Outcome<InvalidInput>
  | { readonly __typename: 'IdempotencyConflict'; readonly message: string };

interface Asked {
  readonly parts: Parts;
  readonly input: CreateTenantInput;
}

/** The first step: the tenant is known and has a key. The platform's own trail has one line for each key. */
async function beginTenant(tx: Tx, context: RequestContext, { parts, input }: Asked): Promise<Begun> {
  const plan = planTenant(input);
  const { idempotencyKey, ...body } = input;
  const isKey = plan.ok || plan.rejection.field !== 'input.idempotencyKey';
  const asked: PlatformCommand = { name: 'createTenant', key: isKey ? (idempotencyKey ?? null) : null, body };
  const earlier = await earlierAnswer<Begun>(tx, asked);
  if (earlier !== null)
    return earlier.kind === 'answer'
      ? earlier.answer
      : { __typename: 'IdempotencyConflict', message: 'This idempotency key was used with another body.' };
  const begun = plan.ok
    ? await insertBegun(tx, context, { parts, plan: plan.value })
    : rejected(plan.rejection);
  await keepAnswer(tx, asked, begun);
  const [subject, outcome] = 'tenantId' in begun ? [begun.tenantId, 'TenantCreated'] : ['', begun.__typename];
  await noteAct(tx, context, { command: asked.name, subject, outcome });
  return begun;
}

async function insertBegun(
  tx: Tx,
  context: RequestContext,
  { parts, plan }: { readonly parts: Parts; readonly plan: TenantPlan },
): Promise<BegunTenant> {
  const { settings, clockStartsAt } = plan;
  const begun = { tenantId: newId('ten'), keyId: newId('key') };
  const schema = `t_${begun.tenantId.slice('ten_'.length)}`;
  await insertTenant(tx, { id: begun.tenantId, schema, shard: FIRST_SHARD, settings, clockStartsAt });
  const seed = { keyId: begun.keyId, sandbox: settings.sandbox, salt: newSalt() };
  const key = { seed, tenantId: begun.tenantId, name: FIRST_KEY_NAME, createdBy: actorOf(context) };
  await addKey(tx, parts, key);
  return begun;
}
