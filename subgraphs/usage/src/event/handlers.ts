import { assert } from '@tollgate/kernel/assert';
import { auditLine } from '@tollgate/runtime/command/audit';
import { command, permitted, type Caller, type Outcome as Answered } from '@tollgate/runtime/command/command';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { InvalidField } from '../aggregation/domain/metric.js';
import type { Outcome } from './domain/batch.js';
import { REPORT_EVENTS_MAX, type ReportedEvent } from './domain/report.js';
import type { Ingest, Report } from './ingest.js';
import { readKeptTypes, type KeptType } from './store.js';

export { Misjudged } from './storing.js';
export type { Ingest } from './ingest.js';

export interface TooManyEvents {
  readonly reason: 'TooManyEvents';
  readonly message: string;
  readonly limit: number;
  readonly given: number;
}

export type ReportAnswer =
  | { readonly __typename: 'UsageReported'; readonly outcomes: readonly Outcome[] }
  | Answered<TooManyEvents>
  | Answered<InvalidField>;

/** Stores a report; its audit line commits with its events. */
export async function reportUsage(
  ingest: Ingest,
  caller: Caller,
  { events, keepsUnknown }: Pick<Report, 'events' | 'keepsUnknown'>,
): Promise<ReportAnswer> {
  const subject = `${events.length} events`;
  const asked = { name: 'reportUsage', input: {}, access: 'backend', subject } as const;
  const rejection = rejectReport(events);
  if (rejection !== null) {
    const answer = await command(caller, asked, () => Promise.resolve(rejection));
    assert(answer.__typename !== 'IdempotencyConflict', 'a report has no key of its own: its events have');
    return answer;
  }
  const scope = await permitted(caller, asked);
  const line = auditLine(caller.context, { command: 'reportUsage', subject, outcome: 'UsageReported' });
  return { __typename: 'UsageReported', outcomes: await ingest.store({ scope, events, keepsUnknown, line }) };
}

/** What is kept of event types that no meter listens to. */
export async function keptTypes(db: Database, scope: Scope): Promise<readonly KeptType[]> {
  return readKeptTypes(db.reader(scope));
}

/** Why a report is not looked at; null = it is. */
function rejectReport({ length: given }: readonly ReportedEvent[]): TooManyEvents | InvalidField | null {
  if (given === 0)
    return { reason: 'InvalidInput', message: 'Give at least one event.', field: 'input.events' };
  if (given <= REPORT_EVENTS_MAX) return null;
  const message = `Give at most ${REPORT_EVENTS_MAX} events in one report.`;
  return { reason: 'TooManyEvents', message, limit: REPORT_EVENTS_MAX, given };
}
