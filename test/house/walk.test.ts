import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(ROOT, 'docs/walk.md'), 'utf8');

/** A step may be called from the one before it, or from one a little earlier that calls several in turn. */
const LINK_STEPS_MAX = 6;

interface Step {
  readonly number: number;
  readonly title: string;
  readonly path: string;
  readonly names: readonly string[];
}

const steps = [...text.matchAll(/^### (\d+)\. (.+)\n\n`([^`]+)` · (.+)$/gm)].map(
  ([, number, title = '', path = '', names = '']): Step => ({
    number: Number(number),
    title,
    path,
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  }),
);

const source = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const says = (path: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(source(path));

test('the walk goes from the gateway to usage and back to the socket, step by step', () => {
  expect(steps.length).toBe([...text.matchAll(/^### /gm)].length);
  expect(steps.map((step) => step.number)).toEqual(steps.map((_, index) => index + 1));
  expect(steps[0]?.path).toBe('gateway/src/http/routes.ts');
  expect(steps.at(-1)?.path).toMatch(/^gateway\/src\//);
  expect(steps.some((step) => /^subgraphs\/usage\/src\/[a-z-]+\/domain\//.test(step.path))).toBe(true);
});

test.each(steps)('step $number, $title: $path exists and says what the walk names', ({ path, names }) => {
  expect(existsSync(join(ROOT, path))).toBe(true);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !says(path, name))).toEqual([]);
});

test.each(steps.slice(1))(
  'step $number, $title, is reached from a step before it',
  ({ number, path, names }) => {
    const before = steps.slice(Math.max(0, number - 1 - LINK_STEPS_MAX), number - 1);
    const callers = before.filter((one) => one.path !== path && names.some((name) => says(one.path, name)));
    expect(callers.map((one) => one.path)).not.toEqual([]);
  },
);

test('every other file that the walk mentions exists', () => {
  const mentioned = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.\w+)`/g)].map(([, path]) => path ?? '');
  expect(mentioned.length).toBeGreaterThan(steps.length);
  expect(mentioned.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
