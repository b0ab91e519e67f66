import { expect, test } from 'vitest';
import { fieldsOf, mutationsOf } from './supergraph.js';

/** Commands that may bill, and what `previewSubscription` knows each by. */
const PREVIEWED: Readonly<Record<string, string>> = {
  createSubscription: 'create',
  changeSubscription: 'change',
  cancelSubscription: 'cancel',
  uncancelSubscription: 'uncancel',
  pauseSubscription: 'pause',
  resumeSubscription: 'resume',
  addSubscriptionAddon: 'addAddon',
  removeSubscriptionAddon: 'removeAddon',
  createContract: 'createContract',
  amendContract: 'amendContract',
  terminateContract: 'terminateContract',
  acceptQuote: 'acceptQuote',
};

/** Those that make no invoice by themselves. */
const BILLS_NOTHING: readonly RegExp[] = [
  // What is sold, and what can be taken off: it bills who subscribes.
  /(Addon|Plan|PlanDraft|PlanVersion|Product|Coupon)$/,
  // Notice and renewal are settled with the term; labels are labels.
  /^(giveContractNotice|withdrawContractNotice|renewContract|updateContract|updateSubscription)$/,
  // A quote shows its first invoice.
  /^(createQuote|declineQuote)$/,
  // Of many subscriptions, each of which `change` previews.
  /^(migrateSubscriptions|stopPlanMigration)$/,
];

test('each command on a subscription, a contract or a quote that bills can be previewed', () => {
  const unsaid = mutationsOf('plans').filter(
    (name) => !Object.hasOwn(PREVIEWED, name) && !BILLS_NOTHING.some((one) => one.test(name)),
  );
  expect(unsaid).toEqual([]);
  expect(Object.values(PREVIEWED).sort()).toEqual([...fieldsOf('PreviewSubscriptionInput')].sort());
});
