import type { EntitlementQuestion, SubscriptionQuestion } from '../format/questions.js';
import { answerOf, coverageOf, selectionOf, type Facets } from './facet.js';
import { whole, type Reader } from './reader.js';

interface SubscriptionNode {
  readonly status: string;
  readonly plan: { readonly id: string };
  readonly planVersion: { readonly number: number };
  readonly quantity: string;
  readonly currentPeriod: { readonly from: string; readonly to: string } | null;
  readonly cancelAt: string | null;
  readonly endedAt: string | null;
}

const SUBSCRIPTION: Facets<SubscriptionNode> = {
  status: { at: 'PlanSubscription.status', select: 'status', read: (node) => node.status },
  plan: {
    at: 'PlanSubscription.plan',
    select: 'plan { id }',
    read: (node, names) => names.nameOf(node.plan.id),
  },
  version: {
    at: 'PlanSubscription.planVersion',
    select: 'planVersion { number }',
    read: (node) => node.planVersion.number,
  },
  quantity: {
    at: 'PlanSubscription.quantity',
    select: 'quantity',
    read: (node) => node.quantity,
    neutral: { value: '1' },
  },
  currentPeriod: {
    at: 'PlanSubscription.currentPeriod',
    select: 'currentPeriod { from to }',
    read: (node) => node.currentPeriod,
  },
  cancelAt: { at: 'PlanSubscription.cancelAt', select: 'cancelAt', read: (node) => node.cancelAt },
  endedAt: { at: 'PlanSubscription.endedAt', select: 'endedAt', read: (node) => node.endedAt },
};

/** How a subscription stands. */
export const subscription: Reader<SubscriptionQuestion> = {
  coverage: ({ is }, api) => {
    const covered = coverageOf(Object.keys(is), SUBSCRIPTION, api);
    const { status } = is;
    const known = typeof status !== 'string' || api.has(`SubscriptionStatus.${status}`);
    return known ? covered : { ...covered, lacking: [...covered.lacking, `status ${String(status)}`] };
  },
  read: async (question, tenant) => {
    const document = `query Subscription($id: ID!) {
      subscription(id: $id) { ${selectionOf(SUBSCRIPTION, tenant.api)} }
    }`;
    const id = tenant.idOf('subscription', question.subscription);
    const found = await tenant.client.call<{ subscription: SubscriptionNode | null }>(document, { id });
    return found.subscription === null ? null : answerOf(found.subscription, SUBSCRIPTION, tenant);
  },
};

/** Whether a customer may use a feature; null where no subscription has it. */
export const entitlement: Reader<EntitlementQuestion> = {
  coverage: (_question, api) => whole(api, ['Query.entitlement']),
  read: async (question, tenant) => {
    const document = `query Entitlement($customerId: ID!, $feature: String!) {
      entitlement(customerId: $customerId, feature: $feature) { allowed used limit remaining }
    }`;
    const customerId = tenant.idOf('customer', question.customer);
    const variables = { customerId, feature: question.feature };
    const found = await tenant.client.call<{ entitlement: unknown }>(document, variables);
    return found.entitlement;
  },
};
