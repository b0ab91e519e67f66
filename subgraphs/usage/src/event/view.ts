import type { ReportUsageResult, UsageOutcome } from '../generated/graphql.js';
import type { Outcome } from './domain/batch.js';
import type { ReportedEvent } from './domain/report.js';
import type { ReportAnswer } from './handlers.js';
import type { KeptType } from './store.js';

/** The answer of reportUsage as its type: the outcomes in the order of the report, made where they are asked for. */
export function reportView(answer: ReportAnswer, events: readonly ReportedEvent[]): ReportUsageResult {
  if (answer.__typename !== 'UsageReported') return answer;
  const { __typename, outcomes } = answer;
  const counts = { ACCEPTED: 0, DUPLICATE: 0, KEPT: 0, REJECTED: 0 };
  for (const outcome of outcomes) counts[statusOf(outcome)] += 1;
  return {
    __typename,
    accepted: counts.ACCEPTED,
    duplicate: counts.DUPLICATE,
    kept: counts.KEPT,
    rejected: counts.REJECTED,
    get outcomes() {
      return outcomes.map((outcome, i) => outcomeView(events[i]?.id ?? '', outcome));
    },
  };
}

function statusOf(outcome: Outcome): UsageOutcome['status'] {
  if (typeof outcome === 'string') return outcome;
  return 'lacks' in outcome ? 'ACCEPTED' : 'REJECTED';
}

const NOTHING: readonly string[] = [];

function outcomeView(id: string, outcome: Outcome): UsageOutcome {
  const status = statusOf(outcome);
  if (typeof outcome === 'string') return { id, status, rejection: null, lacks: NOTHING };
  if ('lacks' in outcome) return { id, status, rejection: null, lacks: outcome.lacks };
  return { id, status, rejection: outcome, lacks: NOTHING };
}

/** What is kept of a type, in GraphQL. */
export function keptTypeView({ events, ...kept }: KeptType) {
  return { ...kept, events: String(events) };
}
