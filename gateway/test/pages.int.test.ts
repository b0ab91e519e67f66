import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PORTAL_FIELDS } from '../src/operation/audience.js';
import type { Fixture } from './harness.js';
import { ask, codeIn, portalToken, socketClient, staffToken, startFixture, WITH_KEY } from './harness.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const read = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${fixture.url}${path}`, { headers });

describe('the first page', () => {
  it('is a page with links to all that is served, for people', async () => {
    const page = await read('/', { accept: 'text/html' });
    expect(page.headers.get('content-type')).toContain('text/html');
    const html = await page.text();
    const links = [...html.matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path ?? '');
    expect(links).toContain('/playground');
    for (const path of links.filter((one) => one !== '/graphql')) expect((await read(path)).status).toBe(200);
  });

  it('is JSON for programs', async () => {
    expect(await (await read('/')).json()).toMatchObject({
      name: 'Tollgate',
      links: { graphql: '/graphql' },
    });
  });
});

describe('the schema', () => {
  it('is served as text, whole or as its caller may call it', async () => {
    const whole = buildSchema(await (await read('/schema.graphql')).text());
    expect(Object.keys(whole.getQueryType()?.getFields() ?? {})).toContain('tenants');
    const own = buildSchema(await (await read('/schema.graphql', WITH_KEY)).text());
    expect(Object.keys(own.getQueryType()?.getFields() ?? {})).not.toContain('tenants');
    expect(own.getType('TenantConnection')).toBeUndefined();
    expect(validate(own, parse('{ customers { id name } }'))).toEqual([]);
  });

  const fieldsOf = async (headers: Record<string, string>): Promise<string[]> => {
    const { body } = await ask(fixture.url, { query: getIntrospectionQuery() }, headers);
    interface Type {
      readonly name: string;
      readonly fields: readonly { readonly name: string }[] | null;
    }
    const { types } = body.data?.['__schema'] as { readonly types: readonly Type[] };
    const roots = types.filter(({ name }) => ['Query', 'Mutation', 'Subscription'].includes(name));
    return roots.flatMap(({ fields }) => (fields ?? []).map(({ name }) => name));
  };

  it('shows staff all, a key what a tenant may call, and a portal token what a customer may', async () => {
    expect(await fieldsOf(bearer(await staffToken(fixture.url)))).toContain('tenants');
    const keys = await fieldsOf(WITH_KEY);
    expect(keys).toEqual(expect.arrayContaining(['customers', 'touchInvoice', 'invoiceUpdated']));
    expect(keys).not.toContain('tenants');
    const portals = await fieldsOf(bearer(await portalToken()));
    expect(portals).toEqual(expect.arrayContaining(['customers', 'invoices', 'invoiceUpdated']));
    expect(portals.filter((field) => !PORTAL_FIELDS.has(field))).toEqual([]);
  });

  it('is asked for alone: with data beside it, it would be the whole one', async () => {
    const query = '{ __schema { types { name } } whoAmI }';
    expect(codeIn(await ask(fixture.url, { query }))).toBe('INTROSPECTION_REFUSED');
    const hidden = '{ ...F } fragment F on Query { __schema { types { name } } whoAmI }';
    expect(codeIn(await ask(fixture.url, { query: hidden }))).toBe('INTROSPECTION_REFUSED');
  });

  it('is the same over a socket', async () => {
    const client = socketClient(fixture.url);
    const answers = client.iterate({ query: '{ __schema { queryType { fields { name } } } }' });
    const { value } = (await answers.next()) as { value: unknown };
    expect(JSON.stringify(value)).toContain('"customers"');
    expect(JSON.stringify(value)).not.toContain('"tenants"');
    await client.dispose();
  });
});
