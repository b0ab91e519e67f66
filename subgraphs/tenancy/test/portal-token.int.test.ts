import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  ADVANCE,
  AUDIT,
  CREATE_CUSTOMER,
  CREATE_KEY,
  ISSUE,
  SECRETS,
  UPDATE_CUSTOMER,
  UPDATE_TENANT,
  ask,
  newBackend,
  newCustomer,
  portal,
  refusal,
  type Answer,
  useTenancy,
} from './harness.js';

useTenancy();

describe('a portal token', () => {
  test('proves which customer it is for, and until when', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    const issued = await ask<{ token: string; expiresAt: string }>(tenant, ISSUE, {
      input: { customerId: id, lifetimeSeconds: 60 },
    });
    const key = new TextEncoder().encode(SECRETS.PORTAL_TOKEN_SECRET);
    const { payload } = await jwtVerify(issued.token, key, {
      audience: 'tollgate-portal',
      algorithms: ['HS256'],
    });
    expect(payload).toMatchObject({ sub: id, tenant: tenant.tenant, jti: expect.any(String) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(Date.parse(issued.expiresAt)).toBe((payload.exp ?? 0) * 1_000);
  });

  test('is the same for whoever sends the same idempotency key again', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    const issue = () => ask(tenant, ISSUE, { input: { customerId: id, idempotencyKey: 'once' } });
    expect(await issue()).toEqual(await issue());
  });

  test('is not issued for too long, nor for a customer of somebody else', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    expect(await ask(tenant, ISSUE, { input: { customerId: id, lifetimeSeconds: 86_401 } })).toMatchObject({
      field: 'input.lifetimeSeconds',
    });
    for (const input of [{ customerId: id }, { customerId: 'cus_1' }])
      expect(await ask(await newBackend(), ISSUE, { input })).toMatchObject({
        __typename: 'UnknownCustomer',
      });
  });

  test('reads its own customer and changes nothing', async () => {
    const tenant = await newBackend();
    const [ada, bob] = [await newCustomer(tenant), await newCustomer(tenant, { name: 'Bob' })];
    const browser = portal(tenant.tenant, ada.id);
    expect(await ask(browser, '{ customers { nodes { name } } }')).toEqual({ nodes: [{ name: 'Ada' }] });
    const READ = 'query($id: ID!) { customer(id: $id) { name } }';
    expect(await ask(browser, READ, { id: ada.id })).toEqual({ name: 'Ada' });
    expect(await ask(browser, READ, { id: bob.id })).toBeNull();
    const forbidden: [string, Answer][] = [
      ['{ apiKeys { id } }', {}],
      [AUDIT, {}],
      ['{ tenants { nodes { id } } }', {}],
      [UPDATE_CUSTOMER, { input: { id: ada.id, name: 'Eve' } }],
      [CREATE_CUSTOMER, { input: { name: 'Eve' } }],
      [CREATE_KEY, { input: { name: 'Eve' } }],
      [ISSUE, { input: { customerId: ada.id } }],
      [UPDATE_TENANT, { input: { name: 'Eve' } }],
      [ADVANCE, { to: '2034-01-01T00:00:00Z' }],
    ];
    for (const [query, variables] of forbidden)
      expect(await refusal(browser, query, variables)).toBe('FORBIDDEN');
  });
});
