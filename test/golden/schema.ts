import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** A case that fits schema.json. */
export interface GoldenCase {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly currency?: string;
  readonly input: Record<string, unknown>;
  readonly expected: unknown;
  readonly source: string;
}

const FAULTS_SHOWN_MAX = 5;

let validate: ValidateFunction | undefined;

/** Why something is not a case, in words; null if it is one. */
export function faultsOf(item: unknown): string | null {
  validate ??= compile();
  if (validate(item)) return null;
  const faults = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return faults
    .slice(0, FAULTS_SHOWN_MAX)
    .map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${detail(params)}`.trim())
    .join('; ');
}

/** The schema stands beside the cases, wherever this file was compiled to. */
function compile(): ValidateFunction {
  const place = import.meta.url.includes('/dist/') ? '../schema.json' : './schema.json';
  const schema = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: false, strict: false });
  ajv.addSchema(schema, 'golden');
  return ajv.compile({ $ref: 'golden#/$defs/case' });
}

function detail(params: unknown): string {
  const values = Object.values((params ?? {}) as Record<string, unknown>);
  const plain = values.filter((value) => typeof value === 'string');
  return plain.length === 0 ? '' : `(${plain.join(', ')})`;
}
