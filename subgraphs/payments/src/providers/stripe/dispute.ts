import type Stripe from 'stripe';
import type { Money } from '@tollgate/kernel/money/money';
import { fromStripeAmount } from '../amounts.js';
import type { ProviderDispute } from '../domain/dispute.js';
import { isMissing, stripeUnanswered } from './errors.js';
import { namesOf } from './state.js';

const MS_PER_S = 1_000;

/** What is only asked about (`warning_…`) moved no money: nobody need do anything. */
const STATUSES: Readonly<Record<string, 'open' | 'won' | 'lost'>> = {
  needs_response: 'open',
  under_review: 'open',
  won: 'won',
  prevented: 'won',
  lost: 'lost',
};

/** How a dispute stands, and whose payment it is of. */
export async function lookupDispute(stripe: Stripe, reference: string): Promise<ProviderDispute> {
  try {
    return stateOf(await stripe.disputes.retrieve(reference, { expand: ['payment_intent'] }));
  } catch (error) {
    return isMissing(error) ? { outcome: 'not_found' } : stripeUnanswered(error);
  }
}

function stateOf(dispute: Stripe.Dispute): ProviderDispute {
  const { id, amount, currency, payment_intent: intent, reason, evidence_details: evidence } = dispute;
  const status = STATUSES[dispute.status];
  const money = fromStripeAmount(amount, currency);
  if (status === undefined || money === null || intent === null) return { outcome: 'not_found' };
  const dueBy = evidence.due_by;
  return {
    outcome: 'found',
    ...{ reference: id, status, money, reason, fee: feeOf(dispute) },
    evidenceDueAtMs: dueBy === null ? null : dueBy * MS_PER_S,
    payment: typeof intent === 'string' ? intent : intent.id,
    ...(typeof intent === 'string' ? {} : namesOf(intent.metadata)),
  };
}

/** What Stripe takes, in the currency that it pays the account in. */
function feeOf({ balance_transactions: entries }: Stripe.Dispute): Money | null {
  const [first] = entries;
  if (first === undefined) return null;
  const same = entries.filter(({ currency }) => currency === first.currency);
  return fromStripeAmount(
    same.reduce((sum, { fee }) => sum + fee, 0),
    first.currency,
  );
}
