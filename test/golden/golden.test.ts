import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { difference } from './compare.js';
import { KINDS } from './kinds.js';
import { filesAt, main, runFile } from './main.js';
import { runCases } from './runner.js';

const CASES = fileURLToPath(new URL('./cases', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/arithmetic.md', import.meta.url));
const range = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-golden-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the runner says about a file with this text. */
function ran(text: string): { readonly passed: boolean; readonly lines: string[] } {
  const file = join(folder, 'cases.json');
  writeFileSync(file, text);
  const lines: string[] = [];
  return { passed: main([file], (line) => lines.push(line)), lines };
}

const roundCase = {
  id: 'round-1',
  kind: 'round',
  title: 'A cent',
  currency: 'EUR',
  input: { amount: '0.005' },
  expected: { amount: '0.01', amountMinor: '1' },
  source: 'derived',
};

describe('golden cases', () => {
  const files = filesAt(CASES);

  test('every kind has a file of cases', () => {
    expect(files.map((file) => file.replace(/^.*\//, '').replace('.json', '')).sort()).toEqual(
      [...KINDS.keys()].sort(),
    );
  });

  describe.each(files.map((file) => [file.replace(/^.*\//, ''), file] as const))('%s', (_name, file) => {
    test.each(runFile(file).map((outcome) => [outcome.id, outcome] as const))('%s', (_id, outcome) => {
      expect(outcome).toEqual({ passed: true, id: outcome.id });
    });
  });
});

describe('docs/arithmetic.md', () => {
  const text = readFileSync(PAGE, 'utf8');
  const conventions = [...range('C', 15), ...range('D', 20)];

  test.each(conventions)('%s has a worked example', (code) => {
    const section = text.split(/^#+ /m).find((part) => part.startsWith(`${code}\n`));
    expect(section).toContain('```json');
  });

  test.each(runFile(PAGE).map((outcome) => [outcome.id, outcome] as const))('%s holds', (_id, outcome) => {
    expect(outcome).toEqual({ passed: true, id: outcome.id });
  });
});

describe('the runner', () => {
  test('a case that holds passes, and the closing line says so', () => {
    expect(ran(JSON.stringify([roundCase]))).toEqual({ passed: true, lines: ['1 passed, 0 failed'] });
  });

  test('a case that falls short is named with what was expected and what came', () => {
    const { passed, lines } = ran(
      JSON.stringify([{ ...roundCase, expected: { amount: '0.00', amountMinor: '0' } }]),
    );
    expect(passed).toBe(false);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^round-1: amount differs; expected .*"0.00".*, got .*"0.01"/);
    expect(lines[1]).toBe('0 passed, 1 failed');
  });

  const malformed: readonly (readonly [string, string])[] = [
    ['no JSON', '[{'],
    ['no list', '{"id": "x"}'],
    ['no case', '[7]'],
    ['a case without input', JSON.stringify([{ ...roundCase, input: undefined }])],
    ['an unknown kind', JSON.stringify([{ ...roundCase, kind: 'guess' }])],
    ['a number for an amount', JSON.stringify([{ ...roundCase, input: { amount: 0.005 } }])],
    ['an exponent', JSON.stringify([{ ...roundCase, input: { amount: '5e-3' } }])],
    ['an unknown field', JSON.stringify([{ ...roundCase, input: { amount: '1', mode: 'even' } }])],
  ];
  test.each(malformed)('%s counts as a failed case and is said', (_what, text) => {
    const { passed, lines } = ran(text);
    expect(passed).toBe(false);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('0 passed, 1 failed');
  });

  test('a malformed case does not stop the others', () => {
    expect(runCases([null, roundCase], 'file').map(({ passed }) => passed)).toEqual([false, true]);
  });

  test('a path that is not there fails', () => {
    expect(main([join(folder, 'nowhere')], () => undefined)).toBe(false);
  });
});

describe('comparing', () => {
  test('decimals are numbers, exactly', () => {
    expect(difference({ a: '10.00' }, { a: '10' })).toBeNull();
    expect(difference({ a: '9007199254740993' }, { a: '9007199254740992' })).toBe('a');
    expect(difference('0.333333333333', '0.3333333333333333')).toBeNull();
  });

  test('other texts, numbers and nulls are what they are', () => {
    expect(difference({ id: 'a' }, { id: 'A' })).toBe('id');
    expect(difference({ tier: 1 }, { tier: '1' })).toBe('tier');
    expect(difference({ action: null }, {})).toBe('action');
  });

  test('keys that are not expected are not compared, lists match in length and order', () => {
    expect(difference({ a: '1' }, { a: '1', b: '2' })).toBeNull();
    expect(difference({ a: ['1'] }, { a: ['1', '2'] })).toBe('a.length');
    expect(difference(['1', '2'], ['2', '1'])).toBe('[0]');
  });
});
