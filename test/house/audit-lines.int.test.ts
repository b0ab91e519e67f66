import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identity } from '@tollgate/runtime/base/identity';
import { backend, portal, support } from '@tollgate/testing/callers';
import { startBusiness, unique } from './business.js';
import { MUTATIONS, type Entry, type Given, type Input } from './every-mutation.js';
import { fieldsOf, inputOf, REJECTIONS } from './supergraph.js';

const WHO = ['tenant', 'staff', 'portal'] as const;
const WHAT = ['accepted', 'rejected'] as const;
type Who = (typeof WHO)[number];

let given: Given;
let callers: Readonly<Record<Who, Identity>>;

beforeAll(async () => {
  const business = await startBusiness();
  given = { ...business, customerId: await business.customer() };
  callers = {
    tenant: backend(given.tenant),
    portal: portal(given.tenant, given.customerId),
    staff: support({ tenant: given.tenant, reason: 'ticket 7' }),
  };
});
afterAll(() => given.stop());

interface Line {
  readonly kind: string;
  readonly outcome: string;
  readonly reason: string | null;
}

const trail = (mutation: string): Promise<Line[]> =>
  given.platform.db.tenant(given.tenant.scope, (tx) =>
    tx.query<Line>('SELECT kind, outcome, reason FROM {t}.audit WHERE command = $1 ORDER BY id', [mutation]),
  );

interface Sent {
  readonly mutation: string;
  readonly entry: Entry;
  readonly input: Input;
}

/** What the caller was told: the answer's type, or the code of the error. */
const told = async (who: Identity, { mutation, entry, input }: Sent): Promise<string> => {
  const query = `mutation Command($input: ${inputOf(mutation)}!) { ${mutation}(input: $input) { __typename } }`;
  const { data, errors } = await given.on(entry.subgraph).answer(who, query, { input });
  const answer = data?.[mutation] as { readonly __typename: string } | null | undefined;
  return answer?.__typename ?? String(errors?.[0]?.extensions?.['code']);
};

const kindOf = (outcome: string): string =>
  outcome === 'FORBIDDEN' ? 'forbidden' : REJECTIONS.has(outcome) ? 'rejected' : 'accepted';

test('every mutation of the supergraph has an entry', () => {
  expect(Object.keys(MUTATIONS).sort()).toEqual([...fieldsOf('Mutation')].sort());
});

describe.each(Object.entries(MUTATIONS))('%s', (mutation, entry) => {
  const ways = WHO.flatMap((who) => WHAT.map((what) => [who, what] as const));

  test.each(ways)('by %s, %s, leaves one line that says so, once for each key', async (who, what) => {
    const keyed = fieldsOf(inputOf(mutation)).includes('idempotencyKey');
    const key = keyed ? { idempotencyKey: unique() } : {};
    const sent = { mutation, entry, input: { ...(await entry[what](given)), ...key } };
    const before = (await trail(mutation)).length;
    const outcome = await told(callers[who], sent);
    if (keyed) expect(await told(callers[who], sent)).toBe(outcome);
    const forbidden =
      (who === 'portal' && entry.portalMay !== true) ||
      (who === 'staff' && entry.notForSupport === true) ||
      entry.operatorsOnly === true;
    expect([outcome, kindOf(outcome)]).toEqual([
      expect.stringMatching(forbidden ? /^FORBIDDEN$/ : /^[A-Z][a-z]/),
      forbidden ? 'forbidden' : what,
    ]);
    const kind = { tenant: 'tenant', staff: 'staff', portal: 'customer' }[who];
    const reason = who === 'staff' ? 'ticket 7' : null;
    expect((await trail(mutation)).slice(before)).toEqual([{ kind, outcome, reason }]);
  });
});
