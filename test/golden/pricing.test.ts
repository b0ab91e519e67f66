import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { run as allocate } from './kinds/allocate.js';
import { run as commitment } from './kinds/commitment.js';
import { run as cycle } from './kinds/cycle.js';
import { run as price } from './kinds/price.js';
import { run as progressive } from './kinds/progressive.js';
import { run as prorate } from './kinds/prorate.js';
import { run as round } from './kinds/round.js';

interface GoldenCase {
  readonly id: string;
  readonly title: string;
  readonly currency?: string;
  readonly input: Record<string, unknown>;
  readonly expected: unknown;
}

const KINDS = { price, progressive, commitment, prorate, cycle, round, allocate };
const DECIMAL_TEXT = /^-?\d+(\.\d+)?$/;

describe.each(Object.entries(KINDS))('golden %s', (kind, run) => {
  const file = new URL(`./cases/${kind}.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenCase[];

  test.each(cases.map((golden) => [golden.id, golden.title, golden] as const))(
    '%s: %s',
    (_id, _title, { input, currency, expected }) => {
      expect(canonical(run(input, currency))).toMatchObject(canonical(expected) as object);
    },
  );
});

/** Decimals compare as numbers: `10.00` and `10` are the same canonical text. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string') return DECIMAL_TEXT.test(value) ? decimal(value) : value;
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, canonical(item)]));
}
