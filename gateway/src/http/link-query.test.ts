import { expect, test } from 'vitest';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { askForLink } from './link-query.js';

const by = { kind: 'system', actor: 'proof-link', tenant: 'ten_x' } as const;

function asked(code: string) {
  const execute: SubgraphEndpoint['execute'] = () =>
    Promise.resolve({ data: null, errors: [{ message: 'No', extensions: { code } }] });
  const parts = { endpoints: new Map([['plans', { execute }]]), authenticator: { sign: () => 'signed' } };
  return askForLink(parts, by, { subgraph: 'plans', query: '{ a }', variables: {} });
}

test.each(['FORBIDDEN', 'NOT_FOUND'])('a tenant that there is not (%s) is no page', async (code) => {
  await expect(asked(code)).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
});

test('what a subgraph cannot answer now is no missing page', async () => {
  await expect(asked('INTERNAL')).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
});
