import type { AutoTopUpCommand, GrantCommand } from '../format/customer-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

const MUTATIONS = {
  grant: { mutation: 'grantWalletCredit', wanted: 'WalletCreditGranted', input: 'GrantWalletCreditInput' },
  top_up: { mutation: 'topUpWallet', wanted: 'WalletTopUpCreated', input: 'TopUpWalletInput' },
} as const;

/** Wallet credit: given, or bought. */
export const wallet: Verb<GrantCommand> = {
  lacks: (step, api) => {
    const { mutation, input } = MUTATIONS[step.do];
    return lacking({
      api,
      step,
      fields: {
        ...{ customer: null, name: null, amount: null },
        currency: `${input}.currency`,
        priority: `${input}.priority`,
        expiresAt: `${input}.expiresAt`,
      },
      needs: [{ what: step.do, at: [`Mutation.${mutation}`] }],
    });
  },
  run: async (step, tenant) => {
    const { mutation, wanted } = MUTATIONS[step.do];
    const { name, amount, currency, priority, expiresAt } = step;
    const input = {
      ...{ customerId: tenant.idOf('customer', step.customer), name, amount },
      ...(currency === undefined ? {} : { currency }),
      ...(priority === undefined ? {} : { priority }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const sent = { mutation, wanted, fields: '__typename', input };
    const answer = await tenant.send<object>(sent, step.idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};

/** Wallet credit that is bought by itself. */
export const autoTopUp: Verb<AutoTopUpCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        ...{ customer: null, threshold: null, amount: null },
        currency: 'SetAutomaticTopUpInput.currency',
        priority: 'SetAutomaticTopUpInput.priority',
        expiresAfterDays: 'SetAutomaticTopUpInput.expiresAfterDays',
      },
      needs: [{ what: step.do, at: ['Mutation.setAutomaticTopUp'] }],
    }),
  run: async (step, tenant) => {
    const { threshold, amount, currency, priority, expiresAfterDays } = step;
    const input = {
      ...{ customerId: tenant.idOf('customer', step.customer), threshold, amount },
      ...(currency === undefined ? {} : { currency }),
      ...(priority === undefined ? {} : { priority }),
      ...(expiresAfterDays === undefined ? {} : { expiresAfterDays }),
    };
    const sent = {
      mutation: 'setAutomaticTopUp',
      wanted: 'AutomaticTopUpAgreed',
      fields: '__typename',
      input,
    };
    const answer = await tenant.send<object>(sent, step.idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};
