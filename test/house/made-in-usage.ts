import { backend } from '@tollgate/testing/callers';
import { unique, type Business } from './business.js';

/** Reports an event of a new customer, which is kept; its id. */
export async function reportedEvent(given: Business, timestamp: string): Promise<string> {
  const event = { id: unique(), type: 'nothing', customerId: await given.customer(), timestamp };
  const query = 'mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }';
  const input = { events: [event], unknownTypes: 'KEEP' };
  await given.on('usage').ask(backend(given.tenant), query, { input });
  return event.id;
}

/** Switches a feature on for a new customer; the grant's id. */
export async function madeGrant(given: Business): Promise<string> {
  const input = { customerId: await given.customer(), feature: 'sso' };
  const query = `mutation ($input: GrantEntitlementInput!) {
    grantEntitlement(input: $input) { ... on EntitlementGranted { grant { id } } } }`;
  const made = await given
    .on('usage')
    .ask<{ grantEntitlement: { grant: { id: string } } }>(backend(given.tenant), query, { input });
  return made.grantEntitlement.grant.id;
}
