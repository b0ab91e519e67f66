import { writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { InvalidField } from '../meter/domain/meter.js';
import type { Outcome } from './domain/batch.js';
import { REPORT_EVENTS_MAX, type ReportedEvent } from './domain/report.js';
import type { Ingest } from './ingest.js';

export type ReportAnswer =
  | { readonly reason: 'UsageReported'; readonly outcomes: readonly Outcome[] }
  | {
      readonly reason: 'TooManyEvents';
      readonly message: string;
      readonly limit: number;
      readonly given: number;
    }
  | InvalidField;

/** Stores a report; its audit line commits with it. */
export async function reportUsage(
  ingest: Ingest,
  context: RequestContext,
  events: readonly ReportedEvent[],
): Promise<ReportAnswer> {
  const scope = writeScope(context);
  if (events.length === 0)
    return { reason: 'InvalidInput', message: 'Give at least one event.', field: 'input.events' };
  if (events.length > REPORT_EVENTS_MAX) return tooMany(events.length);
  const line = { command: 'reportUsage', subject: `${events.length} events`, outcome: 'UsageReported' };
  const outcomes = await ingest.store({ scope, events, also: (tx) => audit(tx, context, line) });
  return { reason: 'UsageReported', outcomes };
}

function tooMany(given: number): ReportAnswer {
  const message = `Give at most ${REPORT_EVENTS_MAX} events in one report.`;
  return { reason: 'TooManyEvents', message, limit: REPORT_EVENTS_MAX, given };
}
