import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'docs/walk.md'), 'utf8');

/** A station is called from the one before it, or from one a little earlier that calls several in turn. */
const LINK_STATIONS_MAX = 6;
const STATIONS_MAX = 22;

interface Station {
  readonly number: number;
  readonly title: string;
  readonly folder: string;
  readonly names: readonly string[];
}

const stations = [...text.matchAll(/^### (\d+)\. (.+)\n\n`([^`]+)` · (.+)$/gm)].map(
  ([, number, title = '', folder = '', names = '']): Station => ({
    number: Number(number),
    title,
    folder,
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  }),
);

/** The folder's own sources; what lies in folders below it is another station. */
const sourceOf = (folder: string): string =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder))
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'))
        .join('\n')
    : '';
const sources = new Map(stations.map(({ folder }) => [folder, sourceOf(folder)]));
const says = (folder: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(sources.get(folder) ?? '');

test('the walk goes from the gateway to usage and back to the socket, station by station', () => {
  expect(stations.length).toBe([...text.matchAll(/^### /gm)].length);
  expect(stations.length).toBeLessThanOrEqual(STATIONS_MAX);
  expect(stations.map((one) => one.number)).toEqual(stations.map((_, index) => index + 1));
  expect(stations[0]?.folder).toBe('gateway/src/http');
  expect(stations.at(-1)?.folder).toBe('gateway/src/socket');
  expect(stations.some((one) => /^subgraphs\/usage\/src\/[a-z-]+\/domain$/.test(one.folder))).toBe(true);
});

test.each(stations)('station $number, $title: $folder exists and says what the walk names', (station) => {
  expect(existsSync(join(ROOT, station.folder))).toBe(true);
  expect(station.names.length).toBeGreaterThan(0);
  expect(station.names.filter((name) => !says(station.folder, name))).toEqual([]);
});

test.each(stations.slice(1))(
  'station $number, $title, is reached from one before it',
  ({ number, folder, names }) => {
    const before = stations.slice(Math.max(0, number - 1 - LINK_STATIONS_MAX), number - 1);
    const callers = before.filter(
      (one) => one.folder !== folder && names.some((name) => says(one.folder, name)),
    );
    expect(callers.map((one) => one.folder)).not.toEqual([]);
  },
);

test('every file that the walk mentions exists', () => {
  const mentioned = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.\w+)`/g)].map(([, path]) => path ?? '');
  expect(mentioned.length).toBeGreaterThan(3);
  expect(mentioned.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
