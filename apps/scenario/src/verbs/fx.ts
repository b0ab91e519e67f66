import type { FxCommand } from '../format/catalogue-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** What a currency is worth in another one from a date on. */
export const fx: Verb<FxCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { from: null, to: null, date: null, rate: null },
      needs: [{ what: 'fx', at: ['Mutation.setFxRate'] }],
    }),
  run: async ({ from, to, date, rate, idempotencyKey }, tenant) => {
    const input = { from, to, date, rate };
    const answer = await tenant.send<object>(
      { mutation: 'setFxRate', wanted: 'FxRateSet', fields: '__typename', input },
      idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};
