import type { CancelCommand, SubscribeCommand } from '../format/subscription-commands.js';
import { versionName } from './catalogue.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** A subscription, to the plan's current version unless said otherwise. */
export const subscribe: Verb<SubscribeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        name: null,
        customer: null,
        plan: null,
        version: 'CreateSubscriptionInput.planVersionId',
        currency: 'CreateSubscriptionInput.currency',
        startsOn: 'CreateSubscriptionInput.startsOn',
        quantity: 'CreateSubscriptionInput.quantity',
      },
      needs: [
        { what: 'subscribe', at: ['Mutation.createSubscription'] },
        ...(step.error === 'CODE_TAKEN'
          ? [{ what: 'name', at: ['CreateSubscriptionInput.externalId'] }]
          : []),
      ],
    }),
  run: async (step, tenant) => {
    const version = step.version === undefined ? undefined : versionName(step.plan, step.version);
    const answer = await tenant.send<{ subscription: { id: string } }>(
      {
        mutation: 'createSubscription',
        wanted: 'SubscriptionCreated',
        fields: 'subscription { id }',
        input: {
          customerId: tenant.idOf('customer', step.customer),
          planId: tenant.idOf('plan', step.plan),
          ...(tenant.api.has('CreateSubscriptionInput.externalId') ? { externalId: step.name } : {}),
          ...(version === undefined ? {} : { planVersionId: tenant.idOf('planVersion', version) }),
          ...(step.currency === undefined ? {} : { currency: step.currency }),
          ...(step.startsOn === undefined ? {} : { startsOn: step.startsOn }),
          ...(step.quantity === undefined ? {} : { quantity: step.quantity }),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('subscription', step.name, answer.value.subscription.id);
    return ACCEPTED;
  },
};

/** The end of a subscription, without a credit. */
export const cancel: Verb<CancelCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { subscription: null, at: null, ...(step.credit === 'none' ? { credit: null } : {}) },
      needs: [{ what: 'cancel', at: ['Mutation.cancelSubscription'] }],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<object>(
      {
        mutation: 'cancelSubscription',
        wanted: 'SubscriptionCancelled',
        fields: 'subscription { id }',
        input: {
          subscriptionId: tenant.idOf('subscription', step.subscription),
          when: step.at === 'period_end' ? 'PERIOD_END' : 'NOW',
        },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};
