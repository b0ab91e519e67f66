import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import type { Identity } from '../src/base/identity.js';
import { newId } from '../src/base/new-id.js';
import { command, type Access, type Caller, type FactToWaitFor } from '../src/command/command.js';
import type { TenantTx } from '../src/database/db.js';
import { createContext } from '../src/graphql/context.js';
import { outgoing, publish } from '../src/messaging/outbox.js';

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const callers = () => {
  const { id } = tenant;
  const staff = { kind: 'staff', actor: 'ada', roles: ['support'], tenant: id } as const;
  return {
    backend: { kind: 'tenant', tenant: id, actor: 'key_1' },
    portal: { kind: 'customer', tenant: id, customer: 'cus_1', actor: 'key_2' },
    staff: { ...staff, reason: 'ticket 7' },
    'staff without a reason': staff,
  } satisfies Record<string, Identity>;
};

type Who = keyof ReturnType<typeof callers>;

const as = (who: Who): Caller => ({
  db: platform.db,
  context: createContext({
    identity: callers()[who],
    correlation: `req_${newId('evt')}`,
    log: platform.logger,
  }),
});

interface Asked {
  readonly what?: 'accept' | 'reject';
  readonly key?: string;
  readonly access?: Access;
  readonly body?: string;
  work?(tx: TenantTx): void;
}

/** A mutation of our own, each time under a name of its own unless one is given. */
const ask = (
  who: Who,
  name: string,
  { what = 'accept', key, access = 'backend', body = '', work }: Asked = {},
) =>
  command(
    as(who),
    { name, access, input: { what, body, ...(key === undefined ? {} : { idempotencyKey: key }) } },
    async (tx) => {
      work?.(tx);
      return what === 'accept'
        ? { __typename: 'ThingMade' as const, thingId: newId('prd') }
        : { reason: 'ThingRefused' as const, message: 'No.', limit: 3 };
    },
  );

interface Line {
  readonly kind: string;
  readonly actor: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly subject: string;
}

const trail = (name: string): Promise<Line[]> =>
  platform.db.tenant(tenant.scope, (tx) =>
    tx.query<Line>(
      'SELECT kind, actor, outcome, reason, subject FROM {t}.audit WHERE command = $1 ORDER BY id',
      [name],
    ),
  );

test.each<[Who, string, string | null]>([
  ['backend', 'tenant', null],
  ['portal', 'customer', null],
  ['staff', 'staff', 'ticket 7'],
])('%s leaves one line for each command, accepted or rejected', async (who, kind, reason) => {
  const name = `both-${who}`;
  const made = await ask(who, name, { access: 'own' });
  expect(made).toMatchObject({ __typename: 'ThingMade' });
  expect(await ask(who, name, { access: 'own', what: 'reject' })).toEqual({
    __typename: 'ThingRefused',
    message: 'No.',
    limit: 3,
  });
  expect(await trail(name)).toMatchObject([
    { kind, reason, outcome: 'ThingMade', subject: 'thingId' in made ? made.thingId : '' },
    { kind, reason, outcome: 'ThingRefused' },
  ]);
});

test.each<[string, Who, Access]>([
  ['a portal token where it may not', 'portal', 'backend'],
  ['a portal token of another customer', 'portal', { customerId: 'cus_2' }],
  ['staff without a reason', 'staff without a reason', 'backend'],
])('%s is refused, and the trail says so once for each key', async (name, who, access) => {
  const forbidden = { extensions: { code: 'FORBIDDEN' } };
  for (let tries = 0; tries < 2; tries += 1)
    await expect(ask(who, name, { access, key: 'k' })).rejects.toMatchObject(forbidden);
  expect(await trail(name)).toMatchObject([{ outcome: 'FORBIDDEN' }]);
  await expect(ask(who, name, { access })).rejects.toMatchObject(forbidden);
  expect(await trail(name)).toHaveLength(2);
  // The key is still the backend's to use.
  expect(await ask('backend', name, { access, key: 'k' })).toMatchObject({ __typename: 'ThingMade' });
});

test('the same key with the same body is carried out once, also when it comes twice at a time', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => ask('backend', 'keyed', { key: 'one' })));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await ask('backend', 'keyed', { key: 'one', body: 'other' })).toMatchObject({
    __typename: 'IdempotencyConflict',
  });
  expect(await trail('keyed')).toMatchObject([{ outcome: 'ThingMade' }]);
});

test('keys of one customer and of the backend are not those of another customer', async () => {
  const portal = await ask('portal', 'keys', { key: 'same', access: 'own' });
  const backend = await ask('backend', 'keys', { key: 'same', access: 'own' });
  expect(portal).not.toEqual(backend);
});

test('a key that is no key is an invalid input, and the work is not done', async () => {
  const work = () => expect.unreachable();
  for (const key of ['', 'a\u0000b', 'x'.repeat(201)])
    expect(await ask('backend', 'bad-key', { key, work })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.idempotencyKey',
    });
  expect(await trail('bad-key')).toMatchObject(Array(3).fill({ outcome: 'InvalidInput' }));
});

test('a command that breaks leaves neither effect nor line nor answer to its key', async () => {
  const work = (tx: TenantTx): void => tx.post('INSERT INTO {t}.event (stream) VALUES (NULL)');
  await expect(ask('backend', 'broken', { key: 'b', work })).rejects.toThrow('null value');
  expect(await trail('broken')).toEqual([]);
  expect(await ask('backend', 'broken', { key: 'b' })).toMatchObject({ __typename: 'ThingMade' });
});

test('a fact on its way is waited for; one that nobody sent is not', async () => {
  const customerId = newId('cus');
  const consumer = 'command-test';
  let reads = 0;
  let applied = false;
  const fact = (aggregate: string, known: () => boolean): FactToWaitFor => ({
    consumer,
    contract: customerChanged,
    aggregates: [aggregate],
    known: () => Promise.resolve(((reads += 1), known())),
  });
  const asked = (waitFor: FactToWaitFor) =>
    command(as('backend'), { name: 'waits', access: 'backend', input: {}, waitFor: [waitFor] }, async () => ({
      __typename: applied ? ('Found' as const) : ('Unknown' as const),
    }));
  expect(await asked(fact(newId('cus'), () => false))).toEqual({ __typename: 'Unknown' });
  expect(reads).toBe(1);
  const data = { customerId, revision: 1, name: 'A', email: null, country: 'DE', timeZone: 'UTC' };
  const record = {
    ...data,
    currency: 'EUR',
    taxId: null,
    address: null,
    externalId: null,
    createdOn: '2024-01-01',
  };
  await platform.db.tenant(tenant.scope, async (tx) =>
    publish(tx, [
      outgoing(customerChanged, { aggregate: customerId, occurredAt: await tx.now(), data: record }),
    ]),
  );
  const answer = asked(fact(customerId, () => applied));
  await waitFor('a first look', () => reads === 2);
  // As a consumer does it: the effect and its mark, together.
  applied = true;
  await platform.db.shard('main', (tx) =>
    tx.query(
      'INSERT INTO {s}.inbox (consumer, message_id) SELECT $1, message_id FROM {s}.outbox WHERE key = $2',
      [consumer, `${tenant.id}:${customerId}`],
    ),
  );
  expect(await answer).toEqual({ __typename: 'Found' });
});
