import { assert } from '@tollgate/kernel/assert';
import { auditLine } from '@tollgate/runtime/command/audit';
import { command, permitted, type Caller, type Outcome as Answered } from '@tollgate/runtime/command/command';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { InvalidField } from '../aggregation/domain/metric.js';
import type { AcceptedInPart, Outcome } from './domain/batch.js';
import type { Line, LineRejection } from './domain/line.js';
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

/** Lines of a stream, and what becomes of types that no meter listens to. */
export interface Block {
  /** Null where a line is empty. */
  readonly lines: readonly (Line | null)[];
  readonly keepsUnknown: boolean;
}

/** What became of a block: how many, and which lines (from 0) were rejected or count in part. */
export interface BlockAnswer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly kept: number;
  readonly rejected: readonly (LineRejection & { readonly line: number; readonly id: string | null })[];
  readonly partly: readonly (AcceptedInPart & { readonly line: number; readonly id: string })[];
}

/** Stores the events of a block, which may be more than a report's; its audit line commits with them. */
export async function reportBlock(
  ingest: Ingest,
  caller: Caller,
  { lines, keepsUnknown }: Block,
): Promise<BlockAnswer> {
  const placed = lines.flatMap((line, place) => (line?.event ? [{ event: line.event, place }] : []));
  const events = placed.map(({ event }) => event);
  const subject = `${events.length} events`;
  const asked = { name: 'reportUsage', input: {}, access: 'backend', subject } as const;
  const scope = await permitted(caller, asked);
  const line = auditLine(caller.context, { command: 'reportUsage', subject, outcome: 'UsageReported' });
  const outcomes = events.length === 0 ? [] : await ingest.store({ scope, events, keepsUnknown, line });
  const unread = lines.flatMap((read, place) =>
    read?.rejection ? [{ line: place, id: null, ...read.rejection }] : [],
  );
  return answerOf(placed, outcomes, unread);
}

function answerOf(
  placed: readonly { readonly event: ReportedEvent; readonly place: number }[],
  outcomes: readonly Outcome[],
  unread: BlockAnswer['rejected'],
): BlockAnswer {
  const counts = { accepted: 0, duplicate: 0, kept: 0 };
  const rejected = [...unread];
  const partly: BlockAnswer['partly'][number][] = [];
  outcomes.forEach((outcome, i) => {
    const { event, place: line = 0 } = placed[i] ?? {};
    const id = event?.id ?? '';
    if (outcome === 'DUPLICATE') counts.duplicate += 1;
    else if (outcome === 'KEPT') counts.kept += 1;
    else if (outcome === 'ACCEPTED' || 'lacks' in outcome) counts.accepted += 1;
    else rejected.push({ line, id, ...outcome });
    if (typeof outcome !== 'string' && 'lacks' in outcome) partly.push({ line, id, ...outcome });
  });
  return { ...counts, rejected: rejected.sort((a, b) => a.line - b.line), partly };
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
