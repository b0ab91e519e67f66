import { difference } from './compare.js';
import { KINDS } from './kinds.js';
import { faultsOf, type GoldenCase } from './schema.js';

/** What became of one case. */
export type Outcome =
  | { readonly passed: true; readonly id: string }
  | {
      readonly passed: false;
      readonly id: string;
      readonly where: string;
      readonly expected: unknown;
      readonly got: unknown;
    };

/** Runs what a case file holds. A malformed case falls short like a wrong number; nothing stops the run. */
export function runCases(content: unknown, file: string): Outcome[] {
  if (!Array.isArray(content)) return [malformed(file, 'a case file is a list of cases')];
  return content.map((item: unknown, index) => runCase(item, `${file}[${index}]`));
}

function runCase(item: unknown, place: string): Outcome {
  const faults = faultsOf(item);
  if (faults !== null) return malformed(`${place} ${idOf(item)}`.trim(), faults);
  const { id, kind, input, currency, expected } = item as GoldenCase;
  const got = answer(kind, input, currency);
  const where = difference(expected, got);
  return where === null ? { passed: true, id } : { passed: false, id, where, expected, got };
}

function answer(kind: string, input: Record<string, unknown>, currency: string | undefined): unknown {
  const run = KINDS.get(kind);
  if (run === undefined) return { error: `nothing runs the kind ${kind}` };
  try {
    return run(input, currency);
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function malformed(id: string, faults: string): Outcome {
  return { passed: false, id, where: 'the case', expected: 'a case as in schema.json', got: faults };
}

function idOf(item: unknown): string {
  const id: unknown = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  return typeof id === 'string' ? id.slice(0, 100) : '';
}
