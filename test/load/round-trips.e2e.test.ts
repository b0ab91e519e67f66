import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COUNT_MAX_MS = 150_000;

interface Counts {
  readonly roundTrips: number;
  readonly statements: number;
  readonly transactions: number;
}
type Counted = Readonly<Record<'mutations' | 'queries' | 'messages', Readonly<Record<string, Counts>>>>;

const kept = JSON.parse(readFileSync(new URL('./round-trips.json', import.meta.url), 'utf8')) as Counted;
let counted: Counted;

const KINDS = ['mutations', 'queries', 'messages'] as const;

function count(): Counted {
  const output = execFileSync(process.execPath, ['test/load/count-round-trips.mjs'], {
    cwd: ROOT,
    timeout: COUNT_MAX_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.toString().trim().split('\n').at(-1) ?? '{}') as Counted;
}

beforeAll(() => {
  counted = count();
  // Once more before anything is blamed: two messages that were not met in one batch cost a transaction more.
  if (KINDS.some((kind) => grown(counted[kind], kept[kind]).length > 0)) counted = cheaper(counted, count());
}, 2 * COUNT_MAX_MS);

/** Of each name the cheaper one. */
function cheaper(one: Counted, other: Counted): Counted {
  const best = (kind: keyof Counted) =>
    Object.fromEntries(
      Object.entries(one[kind]).map(([name, counts]) => {
        const again = other[kind][name];
        return [name, again !== undefined && again.statements < counts.statements ? again : counts];
      }),
    );
  return { mutations: best('mutations'), queries: best('queries'), messages: best('messages') };
}

/** What costs more than it did, as `name: what before -> now`. */
function grown(now: Readonly<Record<string, Counts>>, before: Readonly<Record<string, Counts>>): string[] {
  return Object.entries(now).flatMap(([name, counts]) => {
    const known = before[name];
    if (known === undefined) return [`${name}: not in test/load/round-trips.json`];
    return (['roundTrips', 'statements', 'transactions'] as const)
      .filter((what) => counts[what] > known[what])
      .map((what) => `${name}: ${what} ${known[what]} -> ${counts[what]}`);
  });
}

describe('round trips to Postgres until quiet', () => {
  test.each(KINDS)('of %s never grow', (kind) => {
    expect(grown(counted[kind], kept[kind])).toEqual([]);
  });

  test('are counted for every mutation', () => {
    const sdl = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
    const schema = buildSchema(sdl, { assumeValid: true });
    const mutations = Object.keys((schema.getMutationType() as GraphQLObjectType).getFields());
    expect(mutations.filter((name) => kept.mutations[name] === undefined)).toEqual([]);
  });

  test('a statement more than before is found', () => {
    const [name = ''] = Object.keys(counted.mutations);
    const { roundTrips = 0, ...rest } = counted.mutations[name] ?? {};
    const cheaper = { ...counted.mutations, [name]: { ...rest, roundTrips: roundTrips - 1 } as Counts };
    expect(grown(counted.mutations, cheaper)).toEqual([
      `${name}: roundTrips ${roundTrips - 1} -> ${roundTrips}`,
    ]);
  });
});
