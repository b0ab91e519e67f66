import type { ReportUsageResult, UsageOutcome } from '../generated/graphql.js';
import type { Outcome } from './domain/batch.js';
import type { ReportedEvent } from './domain/report.js';
import type { ReportAnswer } from './handlers.js';

/** The answer of reportUsage as its type: the outcomes in the order of the report. */
export function reportView(answer: ReportAnswer, events: readonly ReportedEvent[]): ReportUsageResult {
  if (answer.__typename !== 'UsageReported') return answer;
  const { outcomes } = answer;
  const accepted = outcomes.filter((outcome) => outcome === 'ACCEPTED').length;
  const duplicate = outcomes.filter((outcome) => outcome === 'DUPLICATE').length;
  return {
    __typename: 'UsageReported' as const,
    accepted,
    duplicate,
    rejected: outcomes.length - accepted - duplicate,
    outcomes: outcomes.map((outcome, i) => outcomeView(events[i]?.id ?? '', outcome)),
  };
}

function outcomeView(id: string, outcome: Outcome): UsageOutcome {
  return typeof outcome === 'string'
    ? { id, status: outcome, rejection: null }
    : { id, status: 'REJECTED' as const, rejection: outcome };
}
