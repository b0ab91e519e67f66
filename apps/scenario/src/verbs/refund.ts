import type { RefundCommand } from '../format/customer-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** Credit balance that is paid out. */
export const refund: Verb<RefundCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, amount: null, currency: 'RefundBalanceInput.currency' },
      needs: [{ what: step.do, at: ['Mutation.refundBalance'] }],
    }),
  run: async (step, tenant) => {
    const { amount, currency } = step;
    const input = {
      ...{ customerId: tenant.idOf('customer', step.customer), amount },
      ...(currency === undefined ? {} : { currency }),
    };
    const sent = { mutation: 'refundBalance', wanted: 'BalanceRefunded', fields: '__typename', input };
    const answer = await tenant.send<object>(sent, step.idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};
