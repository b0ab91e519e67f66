import type { AddonCommand } from '../format/catalogue-commands.js';
import type { AddonChangeCommand } from '../format/subscription-commands.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** An add-on of the catalogue. */
export const addon: Verb<AddonCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { name: null, prices: null },
      needs: [{ what: 'addon', at: ['Mutation.createAddon'] }],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<{ addon: { id: string } }>(
      {
        mutation: 'createAddon',
        wanted: 'AddonCreated',
        fields: 'addon { id }',
        input: { code: step.name, name: step.name, prices: step.prices },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('addon', step.name, answer.value.addon.id);
    return ACCEPTED;
  },
};

/** An add-on joins or leaves a subscription. */
export const changeAddon: Verb<AddonChangeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        subscription: null,
        addon: null,
        quantity: 'AddSubscriptionAddonInput.quantity',
        at: 'AddSubscriptionAddonInput.when',
        proration: 'AddSubscriptionAddonInput.proration',
      },
      needs: [{ what: step.do, at: [`Mutation.${NAMES[step.do].mutation}`] }],
    }),
  run: async (step, tenant) => {
    const { quantity, at, proration } = step;
    const answer = await tenant.send<object>(
      {
        ...NAMES[step.do],
        fields: 'subscription { id }',
        input: {
          subscriptionId: tenant.idOf('subscription', step.subscription),
          addonId: tenant.idOf('addon', step.addon),
          ...(quantity === undefined ? {} : { quantity }),
          ...(at === undefined ? {} : { when: at.toUpperCase() }),
          ...(proration === undefined ? {} : { proration: proration.toUpperCase() }),
        },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};

const NAMES = {
  add_addon: { mutation: 'addSubscriptionAddon', wanted: 'SubscriptionAddonAdded' },
  remove_addon: { mutation: 'removeSubscriptionAddon', wanted: 'SubscriptionAddonRemoved' },
} as const;
