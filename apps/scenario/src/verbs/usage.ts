import type { CorrectEventCommand, UseCommand, VoidEventCommand } from '../format/invoice-commands.js';
import type { Tenant } from '../play/tenant.js';
import { ACCEPTED, lacking, type Outcome, type Verb } from './verb.js';

interface UsageOutcome {
  readonly id: string;
  readonly status: 'ACCEPTED' | 'DUPLICATE' | 'REJECTED';
  readonly rejection: { readonly code: string; readonly message: string } | null;
}

/** Usage events; each must be answered as the step says, or be accepted where it says nothing. */
export const use: Verb<UseCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, type: null, events: null },
      needs: [
        { what: 'use', at: ['Mutation.reportUsage'] },
        ...(step.answers ?? [])
          .filter((answer) => !isAccepted(answer))
          .map((answer) => ({ what: answer, at: [`UsageRejectionCode.${answer}`] })),
      ],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<{ outcomes: readonly UsageOutcome[] }>(
      {
        mutation: 'reportUsage',
        wanted: 'UsageReported',
        fields: 'outcomes { id status rejection { code message } }',
        input: { events: eventsOf(step, tenant) },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? outcomeOf(step, answer.value.outcomes) : answer;
  },
};

function eventsOf(step: UseCommand, tenant: Tenant): object[] {
  return step.events.map(({ id, at, quantity, properties }) => ({
    id,
    customerId: tenant.idOf('customer', step.customer),
    type: step.type,
    timestamp: at ?? tenant.now,
    properties: { ...properties, ...(quantity === undefined ? {} : { quantity }) },
  }));
}

/** The first event that was answered otherwise than expected decides. */
function outcomeOf(step: UseCommand, outcomes: readonly UsageOutcome[]): Outcome {
  const answers = outcomes.map(({ status, rejection }) => rejection?.code ?? status);
  if (step.answers !== undefined) {
    if (JSON.stringify(answers) === JSON.stringify(step.answers)) return ACCEPTED;
    return { accepted: false, type: 'answers', message: answers.join(', ') };
  }
  const refused = outcomes.find(({ status }) => status === 'REJECTED')?.rejection;
  if (refused === undefined || refused === null) return ACCEPTED;
  return { accepted: false, type: refused.code, message: refused.message };
}

const isAccepted = (answer: string): boolean => answer === 'ACCEPTED' || answer === 'DUPLICATE';

/** A correction: all properties replaced, or the quantity alone, or both. */
export const correct: Verb<CorrectEventCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { event: null, quantity: null, properties: null },
      needs: [{ what: 'correct_event', at: ['Mutation.correctUsageEvent'] }],
    }),
  run: async ({ event: eventId, quantity, properties, idempotencyKey }, tenant) => {
    const changes = quantity === undefined ? {} : { changes: { quantity } };
    const input = { eventId, ...changes, ...(properties === undefined ? {} : { properties }) };
    const answer = await tenant.send<object>(
      { mutation: 'correctUsageEvent', wanted: 'UsageEventCorrected', fields: 'event { id }', input },
      idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};

/** An event is taken back. */
export const takeBack: Verb<VoidEventCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { event: null },
      needs: [{ what: 'void_event', at: ['Mutation.voidUsageEvent'] }],
    }),
  run: async ({ event: eventId, idempotencyKey }, tenant) => {
    const answer = await tenant.send<object>(
      { mutation: 'voidUsageEvent', wanted: 'UsageEventVoided', fields: 'event { id }', input: { eventId } },
      idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};
