import type { Envelope } from '@tollgate/contracts/envelope';
import { decode } from '@tollgate/contracts/event';
import { BILL_KEYS, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import type { Added, Effect } from '@tollgate/contracts/plans/effect';
import { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { Subscription } from '@tollgate/runtime/messaging/consume';
import { applied, rehearsed } from '@tollgate/runtime/messaging/rehearse';
import { CONSUMER } from '../copies/customer.js';

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
    return rehearsal.told;
  });
  return { messages: usage === null ? told : told.map((one) => withUsage(one, about, usage)) };
}

function goesThroughUsage(message: Envelope): boolean {
  if (message.type !== subscriptionBilled.type) return false;
  return decode(subscriptionBilled, message).data.bills.some(
    ({ closes, joint }) => closes !== null || joint !== undefined,
  );
}

/** What the caller says of the stretch that is asked about, in the place of what was reported. */
function withUsage(message: Envelope, about: Effect['about'], usage: NonNullable<Effect['usage']>): Envelope {
  if (message.type !== usageBillTotalled.type) return message;
  const { totals } = decode(usageBillTotalled, message).data;
  const quantities = new Map<string, string>(usage.map(({ meterId, quantity }) => [meterId, quantity]));
  const data = totals.map((total) => {
    const isAsked = total.subscriptionId === about?.subscriptionId && total.number === about.number;
    if (!isAsked) return total;
    const meters = total.meters.map((meter) => ({
      ...meter,
      to: { ...meter.to, quantity: quantities.get(meter.meterId) ?? meter.from?.quantity ?? '0' },
    }));
    return { ...total, meters };
  });
  return { ...message, data: { totals: data } };
}
