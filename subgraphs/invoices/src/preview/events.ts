import type { Envelope } from '@tollgate/contracts/envelope';
import { decode, type DataOf } from '@tollgate/contracts/event';
import { subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import type { Added, Effect } from '@tollgate/contracts/plans/effect';
import { usageBillTotalled } from '@tollgate/contracts/usage/bill';

/**
 * The messages of an effect in the order in which they are carried out: what usage adds to a bill stands in the place of the
 * bill, so that bills keep the order of their numbers. Positions of older stretches come last.
 */
export function inOrder({ messages }: Effect, added: Added): Envelope[] {
  const totals = new Map<string, Total>();
  const later: Envelope[] = [];
  for (const message of added.messages) {
    if (message.type !== usageBillTotalled.type) continue;
    for (const total of decode(usageBillTotalled, message).data.totals) {
      if (total.bill === null) later.push(totalMessage(message, [total]));
      else totals.set(nameOf(total.bill), total);
    }
  }
  const own = messages.flatMap((message) =>
    message.type === subscriptionBilled.type ? billMessages(message, totals) : [message],
  );
  return [...own, ...later];
}

/** Bills that an effect tells of. */
export function billsOf({ messages }: Effect): Bill[] {
  return messages.flatMap((message) =>
    message.type === subscriptionBilled.type ? decode(subscriptionBilled, message).data.bills : [],
  );
}

type Total = DataOf<typeof usageBillTotalled>['totals'][number];

/** Neighbouring bills that go the same way, through usage or past it, stay together. */
function billMessages(message: Envelope, totals: ReadonlyMap<string, Total>): Envelope[] {
  const parts: Bill[][] = [];
  for (const bill of decode(subscriptionBilled, message).data.bills) {
    const last = parts.at(-1);
    if (last?.[0] !== undefined && isTotalled(last[0], totals) === isTotalled(bill, totals)) last.push(bill);
    else parts.push([bill]);
  }
  return parts.map((bills) => {
    const totalled = bills.flatMap((bill) => totals.get(nameOf(bill)) ?? []);
    return totalled.length === 0 ? { ...message, data: { bills } } : totalMessage(message, totalled);
  });
}

function isTotalled(bill: Bill, totals: ReadonlyMap<string, Total>): boolean {
  return totals.has(nameOf(bill));
}

function totalMessage(message: Envelope, totals: readonly Total[]): Envelope {
  const { type, version } = usageBillTotalled;
  return { ...message, type, version, data: { totals } };
}

function nameOf({ terms, number }: Bill): string {
  return `${terms.subscriptionId} ${number}`;
}
