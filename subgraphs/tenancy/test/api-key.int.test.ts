import { describe, expect, test } from 'vitest';
import { apiKeySecret } from '../src/api-key/secret.js';
import {
  CREATE_KEY,
  GATEWAY,
  IDENTIFY,
  OPERATOR,
  REVOKE_KEY,
  SECRETS,
  SUPPORT,
  ask,
  backend,
  call,
  createTenant,
  hashOf,
  newBackend,
  platform,
  refusal,
  useTenancy,
} from './harness.js';

useTenancy();

describe('an API key', () => {
  test('works from its creation until it is revoked, and its secret is shown once', async () => {
    const tenant = await newBackend({ sandbox: true });
    const { secret, apiKey } = await ask<{ secret: string; apiKey: { id: string } }>(tenant, CREATE_KEY, {
      input: { name: 'CI' },
    });
    expect(secret).toMatch(/^tg_test_/);
    expect(apiKey).toMatchObject({ name: 'CI', lastFour: secret.slice(-4), revokedAt: null });
    const owner = () => ask(GATEWAY, IDENTIFY, { hash: hashOf(secret) });
    expect(await owner()).toEqual({ tenant: tenant.tenant, keyId: apiKey.id });
    const listed = await call(tenant, '{ apiKeys { id name lastFour createdAt createdBy revokedAt } }');
    expect(listed.data?.['apiKeys']).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toContain(secret);
    for (let time = 0; time < 2; time += 1)
      expect(await ask(tenant, REVOKE_KEY, { input: { id: apiKey.id } })).toMatchObject({
        __typename: 'ApiKeyRevoked',
        apiKey: { id: apiKey.id, revokedAt: expect.any(String) },
      });
    expect(await owner()).toBeNull();
  });

  test('is not made by support staff, whom it would outlive, and is by operators', async () => {
    const { tenant } = await newBackend();
    const reason = 'ticket 7';
    const input = { name: 'Mine' };
    expect(await refusal({ ...SUPPORT, tenant, reason }, CREATE_KEY, { input })).toBe('FORBIDDEN');
    expect(await refusal({ ...OPERATOR, tenant }, CREATE_KEY, { input })).toBe('FORBIDDEN');
    expect(await ask({ ...OPERATOR, tenant, reason }, CREATE_KEY, { input })).toMatchObject({
      __typename: 'ApiKeyCreated',
      apiKey: { createdBy: `staff:${OPERATOR.actor}` },
    });
  });

  test('cannot be computed from the master secret alone, whatever else is known of it', async () => {
    const { apiKey, apiKeyId } = await createTenant();
    const known = { keyId: apiKeyId, sandbox: false, salt: null };
    expect(apiKeySecret(known, SECRETS.API_KEY_SECRET)).not.toBe(apiKey);
    const stored = await platform.db.control((tx) =>
      tx.query<{ salt: string }>('SELECT salt FROM {c}.api_key WHERE id = $1', [apiKeyId]),
    );
    const [{ salt }] = stored as [{ salt: string }];
    expect(apiKeySecret({ ...known, salt }, SECRETS.API_KEY_SECRET)).toBe(apiKey);
  });

  test('is one for each idempotency key, whose secret the repeated call shows again', async () => {
    const tenant = await newBackend();
    const make = (name: string) => ask(tenant, CREATE_KEY, { input: { name, idempotencyKey: 'ci' } });
    const first = await make('CI');
    expect(await make('CI')).toEqual(first);
    expect(await make('Other')).toEqual({ __typename: 'IdempotencyConflict' });
    const { data } = await call(tenant, '{ apiKeys { id } }');
    expect(data?.['apiKeys']).toHaveLength(2);
  });

  test('of another tenant is unknown, and still works afterwards', async () => {
    const { apiKey, apiKeyId, tenant } = await createTenant();
    const stranger = await newBackend();
    for (const id of [apiKeyId, 'key_1', ''])
      expect(await ask(stranger, REVOKE_KEY, { input: { id } })).toEqual({
        __typename: 'UnknownApiKey',
        apiKeyId: id,
      });
    expect(await ask(GATEWAY, IDENTIFY, { hash: hashOf(apiKey) })).toMatchObject({ tenant: tenant.id });
  });

  test('is refused where a hundred work already, until one is revoked', async () => {
    const tenant = await newBackend();
    await platform.db.control((tx) =>
      tx.query(
        `INSERT INTO {c}.api_key (id, tenant_id, name, hash, last_four, created_by)
         SELECT 'key_' || lpad(n::text, 26, '0'), $1, 'CI', $1 || n, '0000', 'test' FROM generate_series(1, 98) n`,
        [tenant.tenant],
      ),
    );
    const more = () => ask(tenant, CREATE_KEY, { input: { name: 'CI' } });
    const both = await Promise.all([more(), more()]);
    expect(both.map(({ __typename }) => __typename).sort()).toEqual(['ApiKeyCreated', 'TooManyApiKeys']);
    expect(await more()).toEqual({ __typename: 'TooManyApiKeys' });
    await ask(tenant, REVOKE_KEY, { input: { id: `key_${'1'.padStart(26, '0')}` } });
    expect(await more()).toMatchObject({ __typename: 'ApiKeyCreated' });
  });

  test('is identified for the gateway alone', async () => {
    const { apiKey, tenant } = await createTenant();
    for (const identity of [OPERATOR, backend(tenant.id)])
      expect(await refusal(identity, IDENTIFY, { hash: hashOf(apiKey) })).toBe('FORBIDDEN');
    expect(await ask(GATEWAY, IDENTIFY, { hash: 'nobody’s' })).toBeNull();
  });
});
