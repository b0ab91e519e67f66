import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import { customerToKnow, findTimeZone } from '../copies/customer.js';
import type {
  GrantEntitlementInput,
  QueryEntitlementGrantsArgs,
  RevokeEntitlementGrantInput,
} from '../generated/graphql.js';
import { readMeters } from '../meter/store.js';
import { grants } from './aggregate.js';
import type { Grant } from './domain/grant.js';
import { GRANT_LIST, grantPage, readGrant } from './store.js';
import { grantView } from './view.js';

/** A customer may use a feature beside its plans. */
export async function grantEntitlement(caller: Caller, input: GrantEntitlementInput) {
  const { customerId, ...draft } = input;
  const waitFor = [customerToKnow(customerId)];
  return command(caller, { name: 'grantEntitlement', input, access: 'backend', waitFor }, async (tx) => {
    const [zone, meters, at] = await Promise.all([findTimeZone(tx, customerId), readMeters(tx), tx.now()]);
    if (zone === null)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const meterId = draft.meterId ?? null;
    if (meterId !== null && !meters.some(({ id }) => id === meterId))
      return { reason: 'UnknownMeter' as const, message: 'There is no such meter.', meterId };
    const id = newId('egr');
    const decided = grants.decide(grants.fresh(id), { type: 'grant', id, customerId, draft, at }, at);
    if (!decided.ok) return decided.rejection;
    await grants.record(tx, [decided.change]);
    return { __typename: 'EntitlementGranted' as const, grantId: id };
  });
}

/** What was granted holds no more. */
export async function revokeEntitlementGrant(caller: Caller, input: RevokeEntitlementGrantInput) {
  const { grantId } = input;
  const asked = { name: 'revokeEntitlementGrant', input, access: 'backend', subject: grantId } as const;
  return command(caller, asked, async (tx) => {
    const [loaded, at] = await Promise.all([grants.loadOne(tx, grantId), tx.now()]);
    if (loaded.state.grant === null)
      return { reason: 'UnknownEntitlementGrant' as const, message: 'There is no such grant.', grantId };
    const decided = grants.decide(loaded, { type: 'revoke', at }, at);
    if (!decided.ok) return decided.rejection;
    await grants.record(tx, [decided.change]);
    return { __typename: 'EntitlementGrantRevoked' as const, grantId };
  });
}

/** A grant by its id, as who asks sees it. */
export async function grantById({ db, context }: Caller, id: string): Promise<Grant | null> {
  return readGrant(db.reader(readScope(context)), id);
}

/** A page of grants. Not for portal tokens. */
export async function pageOfGrants({ db, context }: Caller, args: QueryEntitlementGrantsArgs) {
  const page = pageOf(GRANT_LIST, args);
  const found = await db.tenant(backOfficeScope(context), async (tx) => {
    const holdsAt = args.inForce === true ? await tx.now() : null;
    return grantPage(tx, page, { ...args, holdsAt });
  });
  return connectionOf(found.map(grantView), page);
}
