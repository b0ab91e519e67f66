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

/** A new customer that may use a meter without end. */
export async function mayReserve(given: Business): Promise<{ customerId: string; feature: string }> {
  const [customerId, meterId] = [await given.customer(), await given.meter()];
  const query = `mutation ($input: GrantEntitlementInput!) { grantEntitlement(input: $input) { __typename } }`;
  const input = { customerId, feature: 'reserved', meterId };
  await given.on('usage').ask(backend(given.tenant), query, { input });
  return { customerId, feature: 'reserved' };
}

/** Holds a unit for a new customer; the reservation's id. */
export async function madeReservation(given: Business): Promise<string> {
  const input = { ...(await mayReserve(given)), quantity: '1' };
  const query = `mutation ($input: ReserveUsageInput!) {
    reserveUsage(input: $input) { ... on UsageReserved { reservation { id } } } }`;
  const made = await given
    .on('usage')
    .ask<{ reserveUsage: { reservation: { id: string } } }>(backend(given.tenant), query, { input });
  return made.reserveUsage.reservation.id;
}

/** Makes an alert for a new customer; its id. */
export async function madeAlert(given: Business): Promise<string> {
  const share = { feature: 'calls', percent: '50' };
  const input = { name: 'Half', customerId: await given.customer(), share };
  const query = `mutation ($input: CreateUsageAlertInput!) {
    createUsageAlert(input: $input) { ... on UsageAlertCreated { alert { id } } } }`;
  const made = await given
    .on('usage')
    .ask<{ createUsageAlert: { alert: { id: string } } }>(backend(given.tenant), query, { input });
  return made.createUsageAlert.alert.id;
}
