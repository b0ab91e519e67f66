import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Meter, MetersByType } from '../meter/domain/meter.js';
import type { EventRejection } from './domain/judge.js';
import { readReport, type Candidate, type ReportedEvent, type ReportRules } from './domain/report.js';

/** Meters and filters that are asked about events before everybody else has a turn: some ten milliseconds. */
const TURN_STEPS_MAX = 20_000;

/** Judges the events of a report; many meters with many filters keep nobody waiting but the report. */
export async function readInTurns(
  events: readonly ReportedEvent[],
  rules: ReportRules,
): Promise<(Candidate | EventRejection)[]> {
  const turns = turnsOf(events, rules.meters);
  if (turns.length <= 1) return readReport(events, rules);
  const reads: (Candidate | EventRejection)[] = [];
  for (const turn of turns) {
    await nextTurn();
    for (const read of readReport(turn, rules)) reads.push(read);
  }
  return reads;
}

/** Events in order, cut so that each part takes about a turn. */
export function turnsOf(events: readonly ReportedEvent[], meters: MetersByType): ReportedEvent[][] {
  const steps = new Map<string, number>();
  const turns: ReportedEvent[][] = [];
  let left = 0;
  for (const event of events) {
    const known = steps.get(event.type);
    const needed = known ?? stepsOf(meters.get(event.type) ?? []);
    if (known === undefined) steps.set(event.type, needed);
    const turn = turns.at(-1);
    if (turn === undefined || needed > left) {
      turns.push([event]);
      left = TURN_STEPS_MAX;
    } else turn.push(event);
    left -= needed;
  }
  return turns;
}

function stepsOf(meters: readonly Meter[]): number {
  return meters.reduce((sum, { metric }) => sum + 1 + (metric.filters?.length ?? 0), 1);
}
