import type { Envelope } from '@tollgate/contracts/envelope';
import { decode } from '@tollgate/contracts/event';
import { BILL_KEYS, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import type { Added, Effect } from '@tollgate/contracts/plans/effect';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import type { Subscription } from '@tollgate/runtime/messaging/consume';
import { applied, rehearsed } from '@tollgate/runtime/messaging/rehearse';
import { CONSUMER } from '../copies/customer.js';
import { planVersions } from '../copies/plan-version.js';
import { readMeters } from '../meter/store.js';
import { totalled, type Supposed, type Total } from './supposed.js';

/** Where it is rehearsed, and what usage does about what plans tells. */
export interface Rehearsing {
  readonly db: Database;
  readonly scope: Scope;
  readonly subscriptions: readonly Subscription[];
}

/**
 * What usage would publish about an effect: it takes the messages as if they had come, by the code that does it, and all of it
 * is taken back. Bills that do not go through usage are none of its business.
 */
export async function addedTo(
  { db, scope, subscriptions }: Rehearsing,
  { messages, about, usage }: Effect,
): Promise<Added> {
  if (!messages.some(goesThroughUsage)) return { messages: [] };
  const facts = [{ consumer: CONSUMER, contract: subscriptionBilled, aggregates: BILL_KEYS }];
  const told = await rehearsed({ db, scope, facts }, async (tx, rehearsal) => {
    await applied(tx, subscriptions, messages);
    return usage === null ? rehearsal.told : withUsage(tx, rehearsal.told, { about, usage });
  });
  return { messages: [...told] };
}

function goesThroughUsage(message: Envelope): boolean {
  if (message.type !== subscriptionBilled.type) return false;
  return decode(subscriptionBilled, message).data.bills.some(
    ({ closes, joint }) => closes !== null || joint !== undefined,
  );
}

/** What the caller says of the stretch that is asked about, in the place of what was reported. */
async function withUsage(
  tx: TenantTx,
  messages: readonly Envelope[],
  { about, usage }: { readonly about: Effect['about']; readonly usage: Supposed },
): Promise<Envelope[]> {
  const meters = await readMeters(tx);
  const supposed: Envelope[] = [];
  for (const message of messages) {
    if (message.type !== usageBillTotalled.type) {
      supposed.push(message);
      continue;
    }
    const totals: Total[] = [];
    for (const total of decode(usageBillTotalled, message).data.totals) {
      const isAsked = total.subscriptionId === about?.subscriptionId && total.number === about.number;
      totals.push(isAsked ? totalled(total, { usage, meters, terms: await termsOf(tx, total) }) : total);
    }
    supposed.push({ ...message, data: { totals } });
  }
  return supposed;
}

/** The terms that the stretch of a bill is billed by. */
async function termsOf(tx: TenantTx, { bill }: Total): Promise<ResolvedTerms | null> {
  if (bill === null) return null;
  const terms = bill.closes?.terms ?? bill.terms;
  return (await planVersions.resolver(tx, [terms]))(terms);
}
