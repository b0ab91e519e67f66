import { readFileSync } from 'node:fs';

/** One LLM call of the trace. */
export interface Call {
  /** RFC 3339, as precise as the file. */
  readonly timestamp: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] as const;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})?$/;

/** Reads a trace. Throws with the line that cannot be read, for a row that is left out would be money lost. */
export function readTrace(path: string): Call[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const names = head.split(',').map((name) => name.trim());
  const columns = COLUMNS.map((name) => names.indexOf(name));
  if (columns.includes(-1)) throw new Error(`${path}: the columns are ${COLUMNS.join(', ')}`);
  return lines.map((line, index) => callOf(line.split(','), columns, `${path}:${index + 2}`));
}

function callOf(cells: readonly string[], columns: readonly number[], place: string): Call {
  const [timestamp = '', input = '', output = ''] = columns.map((column) => cells[column]?.trim());
  const match = TIMESTAMP.exec(timestamp);
  if (match === null || !/^\d+$/.test(input) || !/^\d+$/.test(output))
    throw new Error(`${place}: cannot be read`);
  const [, day, time, zone = 'Z'] = match;
  return { timestamp: `${day}T${time}${zone}`, inputTokens: Number(input), outputTokens: Number(output) };
}

const GENERATED_CALLS = 8_000;
const GENERATED_DAYS = 28;
const GENERATED_FROM = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** A month of calls, the same every time. */
export function generateTrace(): Call[] {
  let seed = 42;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator: enough for a demo, and reproducible.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  return Array.from({ length: GENERATED_CALLS }, (_, index) => ({
    timestamp: new Date(
      GENERATED_FROM + Math.floor((index * GENERATED_DAYS * DAY_MS) / GENERATED_CALLS),
    ).toISOString(),
    inputTokens: 50 + random(5_000),
    outputTokens: 1 + random(400),
  }));
}
