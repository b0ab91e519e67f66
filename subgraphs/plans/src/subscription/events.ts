import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { billKey, subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import { CHANGED_BATCH_MAX, subscriptionChanged } from '@tollgate/contracts/plans/changed';
import { PERIOD_BATCH_MAX } from '@tollgate/contracts/plans/subscription';
import type { TermsRef } from '@tollgate/contracts/plans/terms-ref';
import { assert } from '@tollgate/kernel/assert';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { batchesOf, batchesOfRuns, runsOf } from '@tollgate/runtime/messaging/batches';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Billed, OpenedPeriod } from './domain/billed.js';
import { overridesIn } from './domain/contract.js';
import {
  evolve,
  isOpen,
  nextNumber,
  type MadeState,
  type SubscriptionEvent,
  type SubscriptionState,
} from './domain/state.js';

type SubscriptionChange = Change<SubscriptionState, SubscriptionEvent>;

/** What others hear: bills for the other contexts, and once for each subscription that it changed. */
export function messagesOf(changes: readonly SubscriptionChange[]): Outgoing[] {
  return [...activationMessages(changes), ...billedMessages(changes), ...changedMessages(changes)];
}

/** A subscription that gives no access yet is told before the bill that begins it. */
function activationMessages(changes: readonly SubscriptionChange[]): Outgoing[] {
  return changes.flatMap(({ events, after: { state }, at }) => {
    if (state.status === 'none') return [];
    const { subscriptionId, customerId } = state.contract;
    return events.flatMap((event) => {
      const activation = activationIn(event);
      if (activation === null) return [];
      const data = { subscriptionId, customerId, activation, at };
      return [outgoing(subscriptionActivation, { aggregate: billKey(customerId), occurredAt: at, data })];
    });
  });
}

function activationIn({ type }: SubscriptionEvent) {
  if (type === 'ActivationAwaited') return 'awaited' as const;
  if (type === 'ActivationStopped') return 'stopped' as const;
  return type === 'SubscriptionActivated' ? ('active' as const) : null;
}

/** Watchers go by the revision, so that the order of such messages is of no account, nor whose key they have. */
function changedMessages(changes: readonly SubscriptionChange[]): Outgoing[] {
  const latest = new Map(changes.map((change) => [change.id, change]));
  const subscriptions = [...latest.values()].flatMap(({ after: { state, version } }) => {
    if (state.status === 'none') return [];
    const { subscriptionId, customerId } = state.contract;
    return [{ subscriptionId, customerId, revision: version }];
  });
  const occurredAt = changes.at(-1)?.at;
  if (occurredAt === undefined) return [];
  return batchesOf(subscriptions, CHANGED_BATCH_MAX).map((batch) =>
    outgoing(subscriptionChanged, {
      aggregate: batch[0]?.subscriptionId ?? '',
      occurredAt,
      data: { subscriptions: batch },
    }),
  );
}

/** Bills of one key and instant are in one message, the earliest first. */
function billedMessages(changes: readonly SubscriptionChange[]): Outgoing[] {
  const groups = new Map<string, { readonly key: string; readonly at: Instant; readonly bills: Bill[] }>();
  for (const change of changes) {
    for (const { customerId, bill } of billsOf(change)) {
      const key = billKey(customerId);
      const name = `${change.at} ${key}`;
      const group = groups.get(name) ?? { key, at: change.at, bills: [] };
      group.bills.push(bill);
      groups.set(name, group);
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { key, at, bills }]) =>
      batchesOfRuns(
        runsOf(bills, ({ joint }) => joint),
        PERIOD_BATCH_MAX,
      ).map((batch) =>
        outgoing(subscriptionBilled, { aggregate: key, occurredAt: at, data: { bills: batch } }),
      ),
    );
}

function billsOf({ before, events }: SubscriptionChange) {
  const bills: { customerId: string; bill: Bill }[] = [];
  let state = before.state;
  for (const event of events) {
    const after = evolve(state, event);
    if (event.type === 'SubscriptionBilled') {
      assert(state.status !== 'none' && after.status !== 'none', 'what is billed was made');
      bills.push({ customerId: after.contract.customerId, bill: billOf(event, state, after) });
    }
    state = after;
  }
  return bills;
}

/** The bill in full, as others get it. */
export function billOf(event: Billed, before: MadeState, after: MadeState): Bill {
  const { reason, at, legs, credit, over, joint } = event;
  const current = isOpen(after) ? openedShape(after.open) : null;
  const terms = termsIn(after, before);
  return {
    number: nextNumber(before),
    ...{ reason, at, terms, current, opens: event.opens !== null },
    closes: closesShape(event, before, terms),
    legs,
    addons: addonsShape(after),
    credit: creditShape(credit),
    over,
    ...(joint !== undefined && { joint }),
  };
}

function creditShape(credit: Billed['credit']): Bill['credit'] {
  if (credit === null) return null;
  const { grain, to, invoiceId } = credit;
  return { grain, to, ...(invoiceId !== undefined && { invoiceId: invoiceId as Id<'inv'> }) };
}

/** Add-ons in force: those that wait to join are not yet. */
function addonsShape(state: MadeState): Bill['addons'] {
  const held = 'addons' in state ? state.addons : [];
  return held
    .filter(({ waits }) => waits !== 'to_join')
    .map(({ addonId, key, name, amount, quantity }) => ({ addonId, key, name, amount, quantity }));
}

function closesShape({ closes }: Billed, before: MadeState, now: TermsRef): Bill['closes'] {
  if (closes === null) return null;
  assert(isOpen(before) && before.open.paid !== null, 'only a paid period is billed');
  const terms = termsIn(before, before);
  return {
    ...openedShape(before.open),
    paid: before.open.paid,
    from: before.stretchFrom,
    ...closes,
    terms: JSON.stringify(terms) === JSON.stringify(now) ? null : terms,
  };
}

/** What is in force in a state; what is over keeps the terms that it had before. */
export function termsIn(state: MadeState, before: MadeState): TermsRef {
  const { contract } = state;
  const running = 'since' in state ? state : 'since' in before ? before : null;
  const { subscriptionId, customerId, currency, timeZone, quantity, version } = contract;
  const { planId, planVersionId, inline } = version;
  const paid = isOpen(state) ? state.open.paid : isOpen(before) ? before.open.paid : null;
  return {
    ...{ subscriptionId, customerId, planId, planVersionId, currency, timeZone, quantity },
    overrides: overridesIn(contract, paid).map((one) => ({ ...one })),
    since: running?.since ?? 0,
    inline:
      inline === null
        ? null
        : { ...inline, prices: [...inline.prices], entitlements: [...inline.entitlements] },
  };
}

function openedShape({ index, paid, period, full }: OpenedPeriod) {
  return { index, paid, period, full };
}
