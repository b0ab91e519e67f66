import type {
  CancelCommand,
  ChangeCommand,
  PauseCommand,
  ResumeCommand,
  SubscribeCommand,
} from '../format/subscription-commands.js';
import type { Overrides } from '../format/price.js';
import { versionName } from './catalogue.js';
import { priceInput } from './price-input.js';
import { ACCEPTED, lacking, type Need, type Outcome, type Verb } from './verb.js';
import type { Tenant } from '../play/tenant.js';

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
        trialDays: 'CreateSubscriptionInput.trialDays',
        anchorDay: 'CreateSubscriptionInput.anchorDay',
        overrides: 'CreateSubscriptionInput.overrides',
        phases: 'CreateSubscriptionInput.phases',
        coupons: 'CreateSubscriptionInput.couponIds',
        activation: 'CreateSubscriptionInput.activation',
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
          ...(step.trialDays === undefined ? {} : { trialDays: step.trialDays }),
          ...(step.anchorDay === undefined ? {} : { anchorDay: step.anchorDay }),
          ...(step.overrides === undefined ? {} : { overrides: overridesInput(step.overrides) }),
          ...(step.activation === undefined ? {} : { activation: step.activation.toUpperCase() }),
          ...(step.phases === undefined ? {} : { phases: phasesInput(step.phases) }),
          ...(step.coupons === undefined
            ? {}
            : { couponIds: step.coupons.map((name) => tenant.idOf('coupon', name)) }),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('subscription', step.name, answer.value.subscription.id);
    return ACCEPTED;
  },
};

/** Other terms, now or with the end of the period. */
export const change: Verb<ChangeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        subscription: null,
        plan: 'ChangeSubscriptionInput.planId',
        quantity: 'ChangeSubscriptionInput.quantity',
        overrides: 'ChangeSubscriptionInput.overrides',
        at: 'ChangeSubscriptionInput.when',
        proration: 'ChangeSubscriptionInput.proration',
        cycle: 'ChangeSubscriptionInput.cycle',
      },
      needs: [{ what: 'change', at: ['Mutation.changeSubscription'] }],
    }),
  run: (step, tenant) =>
    sendOfSubscription(tenant, step, {
      mutation: 'changeSubscription',
      wanted: 'SubscriptionChanged',
      input: {
        ...(step.plan === undefined ? {} : { planId: tenant.idOf('plan', step.plan) }),
        ...(step.quantity === undefined ? {} : { quantity: step.quantity }),
        ...(step.overrides === undefined ? {} : { overrides: overridesInput(step.overrides) }),
        ...(step.at === undefined ? {} : { when: whenInput(step.at) }),
        ...(step.proration === undefined ? {} : { proration: step.proration.toUpperCase() }),
        ...(step.cycle === undefined ? {} : { cycle: step.cycle.toUpperCase() }),
      },
    }),
};

/** The end of a subscription. */
export const cancel: Verb<CancelCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { subscription: null, at: null, ...creditFields('CancelSubscriptionInput') },
      needs: [{ what: 'cancel', at: ['Mutation.cancelSubscription'] }, ...creditNeeds(step)],
    }),
  run: (step, tenant) =>
    sendOfSubscription(tenant, step, {
      mutation: 'cancelSubscription',
      wanted: 'SubscriptionCancelled',
      input: { when: whenInput(step.at), ...creditInput(step) },
    }),
};

/** A subscription stops for a while. */
export const pause: Verb<PauseCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { subscription: null, at: null, ...creditFields('PauseSubscriptionInput') },
      needs: [{ what: 'pause', at: ['Mutation.pauseSubscription'] }, ...creditNeeds(step)],
    }),
  run: (step, tenant) =>
    sendOfSubscription(tenant, step, {
      mutation: 'pauseSubscription',
      wanted: 'SubscriptionPaused',
      input: { when: whenInput(step.at), ...creditInput(step) },
    }),
};

/** A cancellation or a pause is taken back. */
export const resume: Verb<ResumeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { subscription: null },
      needs: [{ what: step.do, at: [`Mutation.${step.do}Subscription`] }],
    }),
  run: (step, tenant) =>
    sendOfSubscription(tenant, step, {
      mutation: `${step.do}Subscription`,
      wanted: step.do === 'resume' ? 'SubscriptionResumed' : 'SubscriptionUncancelled',
      input: {},
    }),
};

async function sendOfSubscription(
  tenant: Tenant,
  step: { readonly subscription: string; readonly idempotencyKey?: string },
  { mutation, wanted, input }: { readonly mutation: string; readonly wanted: string; readonly input: object },
): Promise<Outcome> {
  const subscriptionId = tenant.idOf('subscription', step.subscription);
  const answer = await tenant.send<object>(
    { mutation, wanted, fields: 'subscription { id }', input: { subscriptionId, ...input } },
    step.idempotencyKey,
  );
  return answer.accepted ? ACCEPTED : answer;
}

function whenInput(at: CancelCommand['at']): string {
  return at === 'period_end' ? 'PERIOD_END' : 'NOW';
}

type Credit = Pick<CancelCommand, 'credit' | 'creditTo'>;

function creditFields(type: string) {
  return { credit: `${type}.unusedFees`, creditTo: `${type}.creditTo` };
}

function creditNeeds({ creditTo }: Credit): Need[] {
  const what = creditTo?.toUpperCase();
  return what === undefined ? [] : [{ what: `creditTo ${what}`, at: [`CreditTarget.${what}`] }];
}

function creditInput({ credit, creditTo }: Credit): object {
  return {
    ...(credit === undefined ? {} : { unusedFees: credit.toUpperCase() }),
    ...(creditTo === undefined ? {} : { creditTo: creditTo.toUpperCase() }),
  };
}

/** Prices in the place of the plan's, by their keys. */
export function overridesInput(overrides: Overrides): object[] {
  return Object.entries(overrides).map(([key, price]) => ({ key, price: priceInput(price) }));
}

function phasesInput(phases: NonNullable<SubscribeCommand['phases']>): object[] {
  return phases.map(({ periods, overrides }) => ({
    ...(periods === undefined ? {} : { periods }),
    overrides: overridesInput(overrides),
  }));
}
