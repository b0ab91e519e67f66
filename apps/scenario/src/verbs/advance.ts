import type { AdvanceCommand } from '../format/invoice-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** Moves the clock of one tenant. */
export const advance: Verb<AdvanceCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { to: null },
      needs: [{ what: 'advance', at: ['Mutation.advanceTestClock'] }],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<object>(
      {
        mutation: 'advanceTestClock',
        wanted: 'TestClockAdvanced',
        fields: '__typename',
        input: { to: step.to },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.now = step.to;
    return ACCEPTED;
  },
};
