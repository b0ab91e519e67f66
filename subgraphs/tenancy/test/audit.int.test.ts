import { describe, expect, test } from 'vitest';
import {
  AUDIT,
  CREATE_CUSTOMER,
  OPERATOR,
  SUPPORT,
  UPDATE_TENANT,
  ask,
  call,
  backend,
  newBackend,
  newCustomer,
  platform,
  refusal,
  type Answer,
  useTenancy,
} from './harness.js';

useTenancy();

describe('staff', () => {
  test('read across tenants, page by page', async () => {
    const { tenant } = await newBackend({ name: 'Zeta' });
    const PAGE = `query($after: String) { tenants(first: 5, after: $after) { nodes { id name now } pageInfo { hasNextPage endCursor } } }`;
    const names = new Map<string, string>();
    let after: unknown = null;
    for (let page = 0; page < 50; page += 1) {
      const list = await ask<{ nodes: { id: string; name: string }[]; pageInfo: Answer }>(SUPPORT, PAGE, {
        after,
      });
      for (const node of list.nodes) names.set(node.id, node.name);
      after = list.pageInfo['endCursor'];
      if (list.pageInfo['hasNextPage'] !== true) break;
    }
    expect(names.get(tenant)).toBe('Zeta');
    expect(await refusal(backend(tenant), '{ tenants { nodes { id } } }')).toBe('FORBIDDEN');
  });

  test('choose a tenant to look into, and say why before they change anything; the trail says it too', async () => {
    const { tenant } = await newBackend();
    const looking = { ...SUPPORT, tenant };
    expect(await ask(SUPPORT, '{ tenant { id } }')).toBeNull();
    expect(await ask(looking, '{ tenant { id } }')).toEqual({ id: tenant });
    expect(await refusal(looking, CREATE_CUSTOMER, { input: { name: 'Ada' } })).toBe('FORBIDDEN');
    const acting = { ...looking, reason: 'ticket 7' };
    const { id } = await newCustomer(acting);
    await ask(acting, UPDATE_TENANT, { input: { name: 'Acme & Co' } });
    const trail = await ask<{ nodes: Answer[] }>(backend(tenant), AUDIT);
    const by = { kind: 'STAFF', actor: SUPPORT.actor, reason: 'ticket 7' };
    expect(trail.nodes.slice(0, 2)).toEqual([
      { ...by, command: 'updateTenantSettings', subject: tenant, outcome: 'TenantSettingsUpdated' },
      { ...by, command: 'createCustomer', subject: id, outcome: 'CustomerCreated' },
    ]);
    expect(trail.nodes.slice(-2)).toMatchObject([
      { kind: 'STAFF', actor: SUPPORT.actor, command: 'tenant', outcome: 'READ' },
      { kind: 'STAFF', command: 'createTenant', subject: tenant },
    ]);
    const noted = await platform.db.control((tx) =>
      tx.query('SELECT actor, command, reason FROM {c}.staff_audit WHERE subject = $1 ORDER BY id', [tenant]),
    );
    expect(noted).toEqual([
      { actor: OPERATOR.actor, command: 'createTenant', reason: null },
      { actor: SUPPORT.actor, command: 'updateTenantSettings', reason: 'ticket 7' },
    ]);
  });

  test('leave a line for what they read, once for each thing they asked for, and read nothing without it', async () => {
    const tenant = await newBackend();
    const { id } = await newCustomer(tenant);
    const looking = { ...SUPPORT, tenant: tenant.tenant };
    const query = `query($id: ID!) { a: customer(id: $id) { name } ...More } fragment More on Query {
      b: customer(id: $id) { email } customers(first: 1) { nodes { id } } __typename }`;
    await call(looking, query, { id });
    const trail = await ask<{ nodes: Answer[] }>(tenant, AUDIT);
    const by = { kind: 'STAFF', actor: SUPPORT.actor, outcome: 'READ', reason: null };
    expect(trail.nodes.slice(0, 2)).toEqual(
      expect.arrayContaining([
        { ...by, command: 'customer', subject: id },
        { ...by, command: 'customers', subject: '' },
      ]),
    );
    expect(trail.nodes[2]).toMatchObject({ command: 'createCustomer', kind: 'TENANT' });
    const schema = `t_${tenant.tenant.slice('ten_'.length)}`;
    await platform.db.admin((tx) => tx.query(`REVOKE INSERT ON "${schema}".audit FROM "${schema}"`));
    const { data, errors } = await call(looking, query, { id });
    expect([data ?? null, errors?.length]).toEqual([null, 1]);
    expect((await ask<{ nodes: Answer[] }>(tenant, AUDIT)).nodes).toHaveLength(trail.nodes.length);
  });

  test('who read the list of tenants is noted where all staff acts are', async () => {
    const reader = { ...SUPPORT, actor: 'reader@tollgate.test' };
    await ask(reader, '{ tenants(first: 1, search: "acme") { nodes { id } } }');
    const noted = await platform.db.control((tx) =>
      tx.query('SELECT command, subject, outcome FROM {c}.staff_audit WHERE actor = $1', [reader.actor]),
    );
    expect(noted).toEqual([{ command: 'tenants', subject: 'acme', outcome: 'READ' }]);
  });

  test('and tenants read the trail page by page, the newest first', async () => {
    const tenant = await newBackend();
    for (const name of ['A', 'B']) await newCustomer(tenant, { name });
    const PAGE = `query($after: String) { auditTrail(first: 2, after: $after) { nodes { command } pageInfo { hasNextPage endCursor } } }`;
    const first = await ask<{ nodes: Answer[]; pageInfo: Answer }>(tenant, PAGE);
    const second = await ask<{ nodes: Answer[]; pageInfo: Answer }>(tenant, PAGE, {
      after: first.pageInfo['endCursor'],
    });
    expect([first, second].map(({ nodes }) => nodes.map(({ command }) => command))).toEqual([
      ['createCustomer', 'createCustomer'],
      ['createTenant'],
    ]);
    const foreign = Buffer.from('cus_00000000000000000000000000').toString('base64url');
    expect(await refusal(tenant, PAGE, { after: foreign })).toBe('BAD_USER_INPUT');
  });
});
