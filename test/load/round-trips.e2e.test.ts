import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { grown } from './grown.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COUNT_MAX_MS = 400_000;

type Counts = Readonly<Record<'roundTrips' | 'statements' | 'transactions', number>>;
type Counted = Readonly<Record<'mutations' | 'queries' | 'messages', Readonly<Record<string, Counts>>>>;

const kept = JSON.parse(readFileSync(new URL('./round-trips.json', import.meta.url), 'utf8')) as Counted;
let counted: Counted;

const KINDS = ['mutations', 'queries', 'messages'] as const;

beforeAll(() => {
  const output = execFileSync(
    process.execPath,
    ['test/load/count-round-trips.mjs', '--against', 'test/load/round-trips.json'],
    { cwd: ROOT, timeout: COUNT_MAX_MS, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  counted = JSON.parse(output.toString().trim().split('\n').at(-1) ?? '{}') as Counted;
}, COUNT_MAX_MS);

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
