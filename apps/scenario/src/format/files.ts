import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { SCHEMA_FILE } from '../config.js';
import type { Scenario } from './scenario.js';

/** An item of a file: a scenario, or why it is none. */
export type Item =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly id: string; readonly fault: string };

/** Scenario files at these paths, folders with all that they hold. Throws for a path that is not there. */
export function scenarioFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
}

/** Reads a file and checks each of its scenarios by itself: one that is broken does not hide the others. */
export function readScenarios(path: string): Item[] {
  const items = JSON.parse(readFileSync(path, 'utf8')) as unknown;
  if (!Array.isArray(items)) return [{ ok: false, id: path, fault: 'is no list of scenarios' }];
  const seen = new Set<string>();
  return items.map((item: unknown, index) => {
    const id = idOf(item) ?? `${path}[${index}]`;
    const fault = faultOf(item) ?? (seen.has(id) ? 'its id is taken' : null);
    seen.add(id);
    return fault === null ? { ok: true, scenario: item as Scenario } : { ok: false, id, fault };
  });
}

let validate: ValidateFunction | undefined;

/** Why something is not a scenario, in words; null if it is one. */
export function faultOf(item: unknown): string | null {
  validate ??= compile();
  if (validate(item)) return null;
  // `if` only says that something below it was wrong, which is said already.
  const faults = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  const [first] = faults;
  return first === undefined ? 'does not fit the schema' : wordsOf(first);
}

function compile(): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: false, strict: false });
  ajv.addSchema(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as object, 'scenarios');
  return ajv.compile({ $ref: 'scenarios#/$defs/scenario' });
}

function wordsOf({ instancePath, message, params }: ErrorObject): string {
  const detail = Object.values(params).filter((value) => typeof value === 'string');
  const place = instancePath === '' ? '/' : instancePath;
  return [place, message, ...(detail.length === 0 ? [] : [`(${detail.join(', ')})`])].join(' ');
}

function idOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('id' in item)) return undefined;
  return typeof item.id === 'string' ? item.id : undefined;
}
