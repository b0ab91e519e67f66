import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import { createTestPlatform, TEST_IDENTITY_SECRET, type TestPlatform } from '@tollgate/testing/stack';
import { create } from '../src/main.js';

export const SECRETS = {
  API_KEY_SECRET: 'api-key-secret-0123456789-0123456789',
  PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789-0123456789',
};
export const OPERATOR = {
  kind: 'staff',
  actor: 'ops@tollgate.test',
  roles: ['support', 'operator'],
} as const satisfies Identity;
export const SUPPORT = {
  kind: 'staff',
  actor: 'help@tollgate.test',
  roles: ['support'],
} as const satisfies Identity;
export const GATEWAY: Identity = { kind: 'system', actor: 'gateway' };

export type Answer = Record<string, unknown>;

/** Open while the tests of a file run. */
export let platform: TestPlatform;
let tenancy: RunningSubgraph;

/** A tenancy subgraph on a database of its own for the tests of a file, with more of an environment once that is known. */
export function useTenancy(more: () => Record<string, string> = () => ({})): void {
  beforeAll(async () => {
    platform = await createTestPlatform();
    tenancy = await start(platform, { ...SECRETS, DATABASE_ADMIN_URL: platform.adminUrl, ...more() });
  });
  afterAll(async () => {
    await tenancy.stop();
    await platform.destroy();
  });
}

/** The subgraph as its main.ts makes it. */
export async function start(on: TestPlatform, environment: Record<string, string>): Promise<RunningSubgraph> {
  return startSubgraph(on, await create(on, environment));
}

/** The whole answer of an operation. */
export async function call(identity: Identity, query: string, variables: Answer = {}, subgraph = tenancy) {
  const headers = { 'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET) };
  return subgraph.endpoint.execute({ query, variables, headers });
}

/** The one answer of an operation that must not fail. */
export async function ask<T = Answer>(identity: Identity, query: string, variables: Answer = {}): Promise<T> {
  const { data, errors } = await call(identity, query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as T;
}

/** The code of the error of an operation that must fail. */
export async function refusal(identity: Identity, query: string, variables: Answer = {}): Promise<unknown> {
  const { errors } = await call(identity, query, variables);
  return errors?.[0]?.extensions?.['code'];
}

export const TENANT = `id name currency timeZone country taxRates { country percent } invoiceGraceSeconds sandbox state now`;
export const INVALID = `... on InvalidInput { field message }`;
export const CREATE_TENANT = `mutation($input: CreateTenantInput!) { createTenant(input: $input) {
  __typename ... on TenantCreated { apiKey apiKeyId tenant { ${TENANT} } } ${INVALID} ... on IdempotencyConflict { message } } }`;
export const UPDATE_TENANT = `mutation($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) {
  __typename ... on TenantSettingsUpdated { tenant { ${TENANT} } } ${INVALID} } }`;
export const CUSTOMER = `id externalId metadata name email country timeZone currency taxId address { line1 city } createdAt`;
export const CREATE_CUSTOMER = `mutation($input: CreateCustomerInput!) { createCustomer(input: $input) {
  __typename ... on CustomerCreated { customer { ${CUSTOMER} } } ${INVALID} ... on ExternalIdTaken { externalId } ... on IdempotencyConflict { message } } }`;
export const UPDATE_CUSTOMER = `mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
  __typename ... on CustomerUpdated { customer { ${CUSTOMER} } } ... on UnknownCustomer { customerId } ... on ExternalIdTaken { externalId } ${INVALID} } }`;
export const CREATE_KEY = `mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  __typename ... on ApiKeyCreated { secret apiKey { id name lastFour revokedAt createdBy } } ${INVALID} } }`;
export const REVOKE_KEY = `mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
  __typename ... on ApiKeyRevoked { apiKey { id revokedAt } } ... on UnknownApiKey { apiKeyId } } }`;
export const IDENTIFY = `query($hash: String!) { identifyApiKey(hash: $hash) { tenant keyId } }`;
export const ADVANCE = `mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) {
  __typename ... on TestClockAdvanced { testClock { now } } ... on ClockGoesBackwards { now } ${INVALID} } }`;
export const ISSUE = `mutation($input: IssuePortalTokenInput!) { issuePortalToken(input: $input) {
  __typename ... on PortalTokenIssued { token expiresAt } ... on UnknownCustomer { customerId } ${INVALID} } }`;
export const AUDIT = `{ auditTrail { nodes { kind actor command subject outcome reason } } }`;

export const ACME = { name: 'Acme', currency: 'EUR', timeZone: 'Europe/Vilnius', country: 'LT' };

export interface Created {
  readonly apiKey: string;
  readonly apiKeyId: string;
  readonly tenant: Answer & { readonly id: string };
}

export const createTenant = (input: Answer = {}): Promise<Created> =>
  ask(OPERATOR, CREATE_TENANT, { input: { ...ACME, ...input } });

export const backend = (tenant: string): Identity => ({ kind: 'tenant', tenant, actor: 'key_test' });
export const portal = (tenant: string, customer: string): Identity => ({
  kind: 'customer',
  tenant,
  customer,
  actor: customer,
});

/** A new tenant, by its backend. */
export async function newBackend(input: Answer = {}): Promise<Identity & { kind: 'tenant' }> {
  const { tenant } = await createTenant(input);
  return { kind: 'tenant', tenant: tenant.id, actor: 'key_test' };
}

/** A new customer of the caller's tenant. */
export async function newCustomer(
  identity: Identity,
  input: Answer = {},
): Promise<Answer & { readonly id: string }> {
  const { customer } = await ask<{ customer: Answer & { id: string } }>(identity, CREATE_CUSTOMER, {
    input: { name: 'Ada', ...input },
  });
  return customer;
}

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** What a tenant published, in order. */
export async function published(tenant: string): Promise<{ type: string; data: Answer }[]> {
  const rows = await platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY id', [
      tenant,
    ]),
  );
  return rows.map(({ envelope }) => JSON.parse(envelope) as { type: string; data: Answer });
}

export const parts = (canProvision: boolean) => ({ db: platform.db, logger: platform.logger, canProvision });
