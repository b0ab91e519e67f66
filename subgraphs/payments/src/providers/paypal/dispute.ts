import { fromPaypalValue } from '../amounts.js';
import type { ProviderDispute } from '../domain/dispute.js';
import { memberOf, textIn } from '../json.js';
import { answeredBadly } from '../transient.js';
import type { PaypalClient } from './client.js';
import { paypalTransient } from './errors.js';
import { namesOf } from './state.js';

/** What PayPal decided where the money stays with the buyer. */
const LOST = new Set(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']);

/** How a dispute stands, and whose payment it is of. */
export async function lookupDispute(client: PaypalClient, reference: string): Promise<ProviderDispute> {
  try {
    const asked = await client.getJson(`/v1/customer/disputes/${encodeURIComponent(reference)}`);
    if (asked.status === 404) return { outcome: 'not_found' };
    if (asked.status !== 200) return answeredBadly('PayPal', asked.status);
    const capture = captureOf(asked.body);
    if (capture === undefined) return { outcome: 'not_found' };
    const taken = await client.getJson(`/v2/payments/captures/${encodeURIComponent(capture)}`);
    if (taken.status === 404) return { outcome: 'not_found' };
    if (taken.status !== 200) return answeredBadly('PayPal', taken.status);
    return stateOf(asked.body, { reference, capture, customId: textIn(taken.body, 'custom_id') });
  } catch (error) {
    const transient = paypalTransient(error);
    if (transient === undefined) throw error;
    return transient;
  }
}

interface Named {
  readonly reference: string;
  readonly capture: string;
  readonly customId: string | undefined;
}

/** PayPal does not tell what it takes for a dispute. */
function stateOf(dispute: unknown, { reference, capture, customId }: Named): ProviderDispute {
  const amount = memberOf(dispute, 'dispute_amount');
  const money = fromPaypalValue(textIn(amount, 'value') ?? '', textIn(amount, 'currency_code') ?? '');
  if (money === null) return { outcome: 'not_found' };
  const dueAt = textIn(dispute, 'seller_response_due_date');
  return {
    outcome: 'found',
    ...{ reference, status: statusOf(dispute), money, fee: null },
    reason: textIn(dispute, 'reason')?.toLowerCase() ?? null,
    evidenceDueAtMs: dueAt === undefined ? null : Date.parse(dueAt),
    payment: capture,
    ...namesOf(customId),
  };
}

function statusOf(dispute: unknown): 'open' | 'won' | 'lost' {
  if (textIn(dispute, 'status') !== 'RESOLVED') return 'open';
  const outcome = textIn(memberOf(dispute, 'dispute_outcome'), 'outcome_code') ?? '';
  return LOST.has(outcome) ? 'lost' : 'won';
}

/** What was disputed; of several transactions each has a dispute of its own. */
function captureOf(dispute: unknown): string | undefined {
  const transactions = memberOf(dispute, 'disputed_transactions');
  return Array.isArray(transactions) ? textIn(transactions[0], 'seller_transaction_id') : undefined;
}
