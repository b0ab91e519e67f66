import { Kind } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBusiness } from './business.js';
import { MUTATIONS, type Given, type Input } from './every-mutation.js';
import { openDoor, type Door } from './gateway-door.js';
import { answersOf, fieldsOf, inputOf, QUERIES, REJECTIONS, type Argument } from './supergraph.js';
import { FULL, LEFT_OUT, PREVIEWS } from './sweep/full-inputs.js';
import { nastyFor, shown } from './sweep/nasty.js';
import { distinct, placesOf, valueAt, withAt, type Place } from './sweep/places.js';

let given: Given;
let door: Door;

beforeAll(async () => {
  const business = await startBusiness();
  given = { ...business, customerId: await business.customer() };
  door = await openDoor(business);
});
afterAll(async () => {
  await door.close();
  await given.stop();
});

/** How many events requests had made when that was last looked at. */
let before = 0;

/** How many events requests have made: what is rejected leaves none. Others come of what was done before. */
const recorded = (): Promise<number> =>
  given.platform.db.tenant(given.tenant.scope, async (tx) => {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM {t}.event WHERE cause LIKE 'request:%'`,
    );
    return row?.count ?? 0;
  });

interface Told {
  /** The answer's type, or the code of the error. */
  readonly outcome: string;
  /** What a rejection names. */
  readonly field: string | null;
}

/** Errors of the request itself: nothing was done, and the text says where. */
const OF_REQUESTS = ['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED'];

interface Asked {
  readonly kind: 'mutation' | 'query';
  readonly name: string;
}

async function send({ kind, name }: Asked, input: unknown): Promise<Told> {
  const named = answersOf(name).includes('InvalidInput') ? '... on InvalidInput { field }' : '';
  const query = `${kind} Sweep($input: ${inputOf(name)}!) {
    answer: ${name}(input: $input) { __typename ${named} } }`;
  const { data, errors } = await door.ask(query, { input });
  const answer = data?.['answer'] as { __typename: string; field?: string } | null | undefined;
  const code = errors?.[0]?.extensions?.code ?? errors?.[0]?.message;
  return { outcome: answer?.__typename ?? String(code), field: answer?.field ?? null };
}

const isRejection = (outcome: string): boolean => OF_REQUESTS.includes(outcome) || REJECTIONS.has(outcome);

/** A value that is held against another may have that one named instead. */
const HELD_AGAINST: Readonly<Record<string, string>> = { 'input.expiresAt': 'input.startsAt' };

/** Whether a rejection names the place that was spoilt, something in it, or what it is in. */
const isNear = (field: string, path: string): boolean =>
  field.startsWith(path) || path.startsWith(field) || HELD_AGAINST[field] === path;

interface Judged {
  /** What is wrong with the answer; null where all is well. */
  readonly fault: string | null;
  readonly isDone: boolean;
}

async function judged(asked: Asked, input: unknown, { path }: Place): Promise<Judged> {
  const { outcome, field } = await send(asked, input);
  const isDone = !isRejection(outcome);
  if (isDone) return { fault: answersOf(asked.name).includes(outcome) ? null : outcome, isDone };
  if (field !== null && !isNear(field, path)) return { fault: `InvalidInput names ${field}`, isDone };
  const isUntouched = asked.kind === 'query' || (await recorded()) === before;
  return { fault: isUntouched ? null : `${outcome}, and something was done`, isDone };
}

/** What was answered wrongly of all that can be spoilt in an input, and what that input has. */
async function swept(asked: Asked, full: (given: Given) => Promise<Input>) {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: inputOf(asked.name) } } as const;
  const renewed = async (): Promise<Input> => {
    const input = await full(given);
    before = await recorded();
    return input;
  };
  const first = await renewed();
  const [, ...places] = placesOf(type, first, { path: 'input', keys: [] });
  const faults: string[] = [];
  let input = first;
  for (const place of distinct(places).filter(({ path }) => !isSweptElsewhere(asked.name, path)))
    for (const value of nastyFor(place.type, valueAt(input, place.keys))) {
      const { fault, isDone } = await judged(asked, withAt(input, place.keys, value), place);
      if (fault !== null) faults.push(`${place.path} = ${shown(value)}: ${fault}`);
      // A preview leaves everything as it was.
      if (isDone && asked.kind === 'mutation') input = await renewed();
    }
  return { faults, fields: Object.keys(first) };
}

/** Terms are read by the same code, which takes a while with all their prices. */
const isSweptElsewhere = (name: string, path: string): boolean =>
  name !== 'createPlan' && /^input\.(prices\[\d+\]\.price|entitlements|minimums|thresholds)./.test(path);

test.each(Object.entries(FULL))(
  '%s rejects what makes no sense by its field, and does nothing then',
  async (name, full) => {
    const { faults, fields } = await swept({ kind: 'mutation', name }, full);
    expect(faults).toEqual([]);
    const untried = fieldsOf(inputOf(name)).filter((field) => !fields.includes(field));
    expect(untried.filter((field) => !LEFT_OUT.has(`${name}.${field}`))).toEqual(['idempotencyKey']);
  },
);

test.each(Object.entries(PREVIEWS))(
  'a preview of %s names the field where it stands',
  async (_field, full) => {
    const { faults } = await swept({ kind: 'query', name: 'previewSubscription' }, full);
    expect(faults).toEqual([]);
    expect(await recorded()).toBe(before);
  },
);

test('no argument of a query that makes no sense is more than a bad request', async () => {
  const faults: string[] = [];
  for (const [name, args] of QUERIES)
    for (const argument of args)
      for (const value of nastyFor(argument.named, {})) {
        const fault = await faultOfQuery(name, { args, argument, value });
        if (fault !== null) faults.push(`${name}(${argument.name}: ${shown(value)}): ${fault}`);
      }
  expect(faults).toEqual([]);
});

interface Spoilt {
  readonly args: readonly Argument[];
  readonly argument: Argument;
  readonly value: unknown;
}

/** The others that it needs are given, as texts that fit everywhere or not at all. */
async function faultOfQuery(name: string, { args, argument, value }: Spoilt): Promise<string | null> {
  const given = args.filter((one) => one === argument || one.type.endsWith('!'));
  const declared = given.map((one) => `$${one.name}: ${one.type}`).join(', ');
  const passed = given.map((one) => `${one.name}: $${one.name}`).join(', ');
  const variables = Object.fromEntries(
    given.map((one) => [one.name, one === argument ? value : '2024-01-01']),
  );
  const query = `query Sweep(${declared}) { ${name}(${passed}) { __typename } }`;
  const { errors } = await door.ask(query, variables);
  const code = errors?.[0]?.extensions?.code ?? errors?.[0]?.message;
  return code === undefined || [...OF_REQUESTS, 'FORBIDDEN', 'QUERY_TOO_COSTLY'].includes(code) ? null : code;
}

test('what is swept is every mutation of the catalogue, of subscriptions, contracts and quotes', () => {
  const ours = Object.entries(MUTATIONS).flatMap(([name, { subgraph }]) =>
    subgraph === 'plans' ? [name] : [],
  );
  expect(ours.filter((name) => !(name in FULL))).toEqual([]);
});
