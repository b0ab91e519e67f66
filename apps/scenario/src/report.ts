import type { Played, Shortfall } from './play/play.js';

/** The result of a run: what `--json` writes. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly scenarios: readonly Played[];
}

/** Counts what was played. */
export function reportOf(scenarios: readonly Played[], seconds: number): Report {
  const failed = scenarios.filter(({ shortfalls }) => shortfalls.length > 0).length;
  return { passed: scenarios.length - failed, failed, seconds, scenarios };
}

const VALUE_SHOWN_MAX = 300;
const DIFFERENCES_SHOWN_MAX = 8;

/** Why a scenario falls short; what is wrong in several steps is shown with the first of them. */
export function linesOf({ id, shortfalls }: Played): string[] {
  const first = new Map(shortfalls.toReversed().map((one) => [one.message, one]));
  return shortfalls.filter((one) => first.get(one.message) === one).flatMap((one) => shortfallLines(id, one));
}

function shortfallLines(id: string, { step, shown, message, differences }: Shortfall): string[] {
  const head = `${id}  step ${step} ${shown}: ${message}`;
  const shownOnes = differences.slice(0, DIFFERENCES_SHOWN_MAX).map(({ path, expected, got }) => {
    const place = path === '' ? 'answer' : path;
    return `    ${place}: expected ${valueOf(expected)}, got ${valueOf(got)}`;
  });
  const more = differences.length - shownOnes.length;
  return [head, ...shownOnes, ...(more > 0 ? [`    and ${more} more`] : [])];
}

/** What was not compared but taken for its neutral value, and in how many scenarios. */
export function assumedLines(scenarios: readonly Played[]): string[] {
  const counts = new Map<string, number>();
  for (const { assumed, shortfalls } of scenarios) {
    if (shortfalls.length === 0) for (const key of assumed) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = [...counts].sort(([left], [right]) => left.localeCompare(right));
  return rows.map(
    ([key, count]) => `assumed neutral, for the API does not show it: ${key} (${count} scenarios)`,
  );
}

function valueOf(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= VALUE_SHOWN_MAX ? text : `${text.slice(0, VALUE_SHOWN_MAX - 1)}…`;
}
