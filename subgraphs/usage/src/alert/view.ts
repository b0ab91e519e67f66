import { majorText, money } from '@tollgate/kernel/money/money';
import type { UsageAlertKind } from '../generated/graphql.js';
import type { Alert, Watched } from './domain/alert.js';
import type { Reached } from './store.js';

const KINDS: Readonly<Record<Watched['kind'], UsageAlertKind>> = {
  quantity: 'QUANTITY',
  spend: 'SPEND',
  share: 'LIMIT_SHARE',
};

/** An alert in GraphQL. */
export function alertView({ customerId, watched, threshold, ...alert }: Alert) {
  return {
    ...alert,
    customer: customerId === null ? null : { __typename: 'Customer' as const, id: customerId },
    kind: KINDS[watched.kind],
    meterId: watched.kind === 'quantity' ? watched.meterId : null,
    feature: watched.kind === 'share' ? watched.feature : null,
    quantity: watched.kind === 'quantity' ? threshold : null,
    percent: watched.kind === 'share' ? threshold : null,
    amount: watched.kind === 'spend' ? amountOf(threshold, watched) : null,
  };
}

function amountOf(threshold: Alert['threshold'], { currency }: Extract<Watched, { kind: 'spend' }>) {
  const amount = money(BigInt(threshold), currency);
  return { amount: majorText(amount), minor: threshold, currency };
}

/** What was told, in GraphQL; its alert is read where it is asked for. */
export function reachedView({ customerId, subscriptionId, step, ...reached }: Reached) {
  return {
    ...reached,
    step: step.toString(),
    customer: { __typename: 'Customer' as const, id: customerId },
    subscription:
      subscriptionId === null ? null : { __typename: 'PlanSubscription' as const, id: subscriptionId },
  };
}
