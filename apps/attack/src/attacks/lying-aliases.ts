import { hold, type Attack } from '../attack.js';
import type { Answer } from '../http.js';
import { givenCustomer } from '../given.js';
import type { Stage } from '../stage.js';

/** Aliases that hide the fields by which parts of an answer are put together. */
export const lyingAliases: Attack = {
  name: 'lying-aliases',
  holds: 'an alias named id or __typename has the right value, or is rejected before anything runs',
  async play(stage) {
    const target = await stage.tenant();
    await givenCustomer(target, { name: 'Renamed' });
    const ask = (query: string): Promise<Answer> => stage.post({ token: target.apiKey, body: { query } });
    const customers = await ask('{ customers(first: 1) { nodes { id: name subscriptions { id } } } }');
    hold(
      isRejected(customers) || customers.text.includes('"id":"Renamed"'),
      `id: name answers ${customers.text.slice(0, 200)}`,
    );
    const tenant = await ask('{ tenant { __typename: name } }');
    hold(isRejected(tenant) || hasData(tenant), `__typename: name answers ${tenant.text.slice(0, 200)}`);
    await mutationIsWhole(stage, target.apiKey, ask);
  },
};

async function mutationIsWhole(
  stage: Stage,
  token: string,
  ask: (query: string) => Promise<Answer>,
): Promise<void> {
  const name = stage.unique('aliased');
  const created = await stage.post({
    token,
    body: {
      query: `mutation { createCustomer(input: { name: "${name}" }) { ... on CustomerCreated { __typename: customer { id } } } }`,
    },
  });
  const exists = (await ask('{ customers(first: 50) { nodes { name } } }')).text.includes(name);
  hold(
    isRejected(created) ? !exists : exists && hasData(created),
    `the mutation answers ${created.text.slice(0, 200)} and the customer ${exists ? 'exists' : 'does not exist'}`,
  );
}

const hasData = ({ body }: Answer): boolean =>
  body.data !== undefined && body.data !== null && (body.errors ?? []).length === 0;

const isRejected = ({ body }: Answer): boolean =>
  (body.data === undefined || body.data === null) && (body.errors ?? []).length > 0;
