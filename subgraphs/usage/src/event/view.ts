import type { ReportUsageResult, UsageOutcome } from '../generated/graphql.js';
import type { Outcome } from './domain/batch.js';
import type { ReportedEvent } from './domain/report.js';
import type { ReportAnswer } from './handlers.js';
import type { KeptType } from './store.js';

/** The answer of reportUsage as its type: the outcomes in the order of the report. */
export function reportView(answer: ReportAnswer, events: readonly ReportedEvent[]): ReportUsageResult {
  if (answer.__typename !== 'UsageReported') return answer;
  const outcomes = answer.outcomes.map((outcome, i) => outcomeView(events[i]?.id ?? '', outcome));
  const count = (status: UsageOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    __typename: 'UsageReported' as const,
    accepted: count('ACCEPTED'),
    duplicate: count('DUPLICATE'),
    kept: count('KEPT'),
    rejected: count('REJECTED'),
    outcomes,
  };
}

const NOTHING: readonly string[] = [];

function outcomeView(id: string, outcome: Outcome): UsageOutcome {
  if (typeof outcome === 'string') return { id, status: outcome, rejection: null, lacks: NOTHING };
  if ('lacks' in outcome) return { id, status: 'ACCEPTED', rejection: null, lacks: outcome.lacks };
  return { id, status: 'REJECTED', rejection: outcome, lacks: NOTHING };
}

/** What is kept of a type, in GraphQL. */
export function keptTypeView({ events, ...kept }: KeptType) {
  return { ...kept, events: String(events) };
}
