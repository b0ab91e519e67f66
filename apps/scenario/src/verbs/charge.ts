import type { ChargeCommand } from '../format/customer-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** A charge beside subscriptions. */
export const charge: Verb<ChargeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        customer: null,
        items: null,
        when: 'CreateChargeInput.when',
        currency: 'CreateChargeInput.currency',
      },
      needs: [{ what: 'charge', at: ['Mutation.createCharge'] }],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<object>(
      {
        mutation: 'createCharge',
        wanted: 'ChargeCreated',
        fields: 'chargeId',
        input: {
          customerId: tenant.idOf('customer', step.customer),
          items: step.items,
          ...(step.when === undefined ? {} : { when: step.when.toUpperCase() }),
          ...(step.currency === undefined ? {} : { currency: step.currency }),
        },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};
