import type { OfferedQuote } from '@tollgate/contracts/plans/quote';
import { quoteOffered } from '@tollgate/contracts/plans/quote';
import { billKey } from '@tollgate/contracts/plans/bill';
import { assert } from '@tollgate/kernel/assert';
import { isId, type Id } from '@tollgate/kernel/id';
import { rejectionAt } from '@tollgate/kernel/rejection-at';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { announce } from '../catalogue/handlers/announce.js';
import { customerToKnow } from '../copies/customer.js';
import { termsOf as couponTermsOf } from '../coupon/view.js';
import { couponsById } from '../coupon/store.js';
import type {
  AcceptQuoteInput,
  CreateQuoteInput,
  CreateSubscriptionInput,
  DeclineQuoteInput,
} from '../generated/graphql.js';
import { recordWanted, wantedSubscription } from '../subscription/handlers/create.js';
import { firstBill } from '../subscription/handlers/terms.js';
import { quotes } from './aggregate.js';
import type { Answerer } from './domain/quote.js';
import { hashOf, newSecret, tokenOf } from './link.js';

/** Offers a customer a subscription: what is wanted is decided as when it is made, and nothing is made. */
export async function createQuote(caller: Caller, input: CreateQuoteInput) {
  const { customerId } = input;
  const waitFor = [customerToKnow(customerId)];
  return command(caller, { name: 'createQuote', input, access: 'backend', waitFor }, async (tx) => {
    const wanted = await wantedSubscription(tx, { ...input.subscription, customerId });
    if (!wanted.ok) return rejectionAt('input.subscription', wanted.rejection);
    const { change, plan, version, now } = wanted.value;
    const { state } = change.after;
    assert(state.status !== 'none', 'it was decided');
    const [quoteId, secret] = [newId('quo'), newSecret()];
    const { currency, quantity } = state.contract;
    const wish = { ...input.subscription, planVersionId: version.id, currency, quantity };
    const offer = {
      ...{ quoteId, customerId, planId: plan.id, planVersionId: version.id, currency, quantity },
      ...{ planName: plan.name, note: input.note ?? null, wish, linkHash: hashOf(secret) },
    };
    const validUntil = input.validUntil ?? null;
    const decided = quotes.decide(quotes.fresh(quoteId), { type: 'OfferQuote', offer, validUntil, now }, now);
    if (!decided.ok) {
      assert(decided.rejection.reason === 'InvalidInput', 'an offer has no other rejection');
      return decided.rejection;
    }
    await announce(tx, { plan, version }, now);
    await quotes.record(tx, [decided.change]);
    const coupons = await couponsOf(tx, input.subscription.couponIds ?? []);
    const data = { quoteId, customerId: state.contract.customerId, bill: firstBill(state), coupons };
    await publish(tx, [outgoing(quoteOffered, { aggregate: billKey(customerId), occurredAt: now, data })]);
    const linkToken = tokenOf({ tenantId: tx.scope.tenantId, quoteId, secret });
    return { __typename: 'QuoteCreated' as const, quoteId, linkToken };
  });
}

/** Makes the subscription as it was quoted. */
export async function acceptQuote(caller: Caller, input: AcceptQuoteInput) {
  const { quoteId } = input;
  const asked = { name: 'acceptQuote', input, access: 'own', subject: quoteId } as const;
  return command(caller, asked, (tx) => accepted(tx, quoteId, answererIn(caller)));
}

/** The customer does not want it, or the tenant takes it back. */
export async function declineQuote(caller: Caller, input: DeclineQuoteInput) {
  const { quoteId } = input;
  const asked = { name: 'declineQuote', input, access: 'own', subject: quoteId } as const;
  return command(caller, asked, async (tx) => {
    const found = await ownQuote(tx, quoteId, answererIn(caller));
    if (found === null) return unknownQuote(quoteId);
    const [now, by] = [await tx.now(), answererIn(caller).by];
    const reason = input.reason ?? null;
    const decided = quotes.decide(found, { type: 'DeclineQuote', reason, by, now }, now);
    if (!decided.ok) return decided.rejection;
    await quotes.record(tx, [decided.change]);
    return { __typename: 'QuoteDeclined' as const, quoteId };
  });
}

/** Who answers, and whose quotes it may be. */
interface Answering {
  readonly by: Answerer;
  /** Null = anybody's of the tenant. */
  readonly customerId: string | null;
}

function answererIn({ context: { identity } }: Caller): Answering {
  if (identity.kind === 'customer') return { by: 'customer', customerId: identity.customer };
  return { by: identity.kind === 'system' ? 'link' : 'tenant', customerId: null };
}

async function accepted(tx: TenantTx, quoteId: string, answering: Answering) {
  const found = await ownQuote(tx, quoteId, answering);
  if (found === null) return unknownQuote(quoteId);
  const { state: quote } = found;
  const wish = { ...quote.wish, customerId: quote.customerId } as CreateSubscriptionInput;
  const now = await tx.now();
  const { by } = answering;
  // Asked first: what is not open any more says that, and not what has become of the plan.
  const open = quotes.decide(found, { type: 'AcceptQuote', subscriptionId: '', by, now }, now);
  if (!open.ok) return open.rejection;
  const wanted = await wantedSubscription(tx, wish);
  if (!wanted.ok) return ofAccepting(wanted.rejection);
  const { subscriptionId } = wanted.value;
  const decided = quotes.decide(found, { type: 'AcceptQuote', subscriptionId, by, now }, now);
  assert(decided.ok, 'it was open a moment ago');
  await quotes.record(tx, [decided.change]);
  await recordWanted(tx, wanted.value);
  return { __typename: 'QuoteAccepted' as const, quoteId, subscriptionId };
}

/** What was quoted makes no sense any more (its first day is too long ago, say); who accepts it gave no such field. */
function ofAccepting<R extends { readonly reason: string }>(rejection: R): R {
  return rejection.reason === 'InvalidInput' ? { ...rejection, field: 'input.quoteId' } : rejection;
}

async function ownQuote(tx: TenantTx, quoteId: string, { customerId }: Answering) {
  if (!isId('quo', quoteId)) return null;
  const loaded = await quotes.loadOne(tx, quoteId);
  const { state } = loaded;
  if (state === null || (customerId !== null && state.customerId !== customerId)) return null;
  return { ...loaded, state };
}

async function couponsOf(tx: TenantTx, ids: readonly string[]): Promise<OfferedQuote['coupons']> {
  const found = new Map((await couponsById(tx, [...new Set(ids)])).map((one) => [one.id as string, one]));
  return [...new Set(ids)].flatMap((id) => {
    const coupon = found.get(id);
    return coupon === undefined ? [] : [{ couponId: id as Id<'cpn'>, coupon: couponTermsOf(coupon) }];
  });
}

function unknownQuote(quoteId: string) {
  return { reason: 'UnknownQuote' as const, message: 'There is no such quote.', quoteId };
}
