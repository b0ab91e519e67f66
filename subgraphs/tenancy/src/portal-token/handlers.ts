import { isId } from '@tollgate/kernel/id';
import { newId } from '@tollgate/runtime/base/new-id';
import { signPortalToken } from '@tollgate/runtime/base/portal-token';
import { readScope } from '@tollgate/runtime/command/access';
import { command } from '@tollgate/runtime/command/command';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { customers } from '../customer/aggregate.js';
import { unknownCustomer } from '../customer/handlers/customer.js';
import type { IssuePortalTokenInput } from '../generated/graphql.js';
import type { Parts } from '../parts.js';
import { tokenLifetime } from './domain/portal-token.js';

/** Issues a token for one customer's browser. It is signed, not stored: whoever repeats the call gets the same again. */
export async function issuePortalToken(
  { db, config }: Parts,
  context: RequestContext,
  input: IssuePortalTokenInput,
) {
  const { customerId } = input;
  const asked = { name: 'issuePortalToken', input, access: 'backend', subject: customerId } as const;
  const answer = await command({ db, context }, asked, async (tx) => {
    const lifetime = tokenLifetime(input.lifetimeSeconds);
    if (!lifetime.ok) return lifetime.rejection;
    if (!isId('cus', customerId)) return unknownCustomer(customerId);
    if ((await customers.loadOne(tx, customerId)).state === null) return unknownCustomer(customerId);
    const grant = { customer: customerId, tokenId: newId('key'), lifetimeSeconds: lifetime.value };
    return { __typename: 'PortalTokenIssued' as const, grant, issuedAtMs: Date.now() };
  });
  if (answer.__typename !== 'PortalTokenIssued') return answer;
  const { __typename, grant, issuedAtMs } = answer;
  const tenant = readScope(context).tenantId;
  return {
    __typename,
    ...(await signPortalToken({ tenant, ...grant }, config.portalTokenSecret, issuedAtMs)),
  };
}
