import type { DataOf } from '@tollgate/contracts/event';
import {
  invoiceCreditability,
  invoicePaid,
  invoiceVoided,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import { subscriptionChannel } from '@tollgate/contracts/live';
import { dunningChanged, dunningEnded } from '@tollgate/contracts/payments/dunning';
import { subscriptionChanged } from '@tollgate/contracts/plans/changed';
import { instant } from '@tollgate/kernel/time/time';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';
import { settleFirstInvoices } from './handlers/activation.js';
import { followDunning } from './handlers/dunning.js';

/** What becomes of invoices, as far as subscriptions wait for the payment of their first one. */
export const firstInvoiceSubscriptions = [
  onMany(invoicePaid, (tx, messages) => settleFirstInvoices(tx, settledBy('paid', messages))),
  onMany(invoiceVoided, (tx, messages) => settleFirstInvoices(tx, settledBy('withdrawn', messages))),
  onMany(invoiceWrittenOff, (tx, messages) => settleFirstInvoices(tx, settledBy('withdrawn', messages))),
];

/** What becomes of invoices that are not paid, or of which nothing can be given back. */
export const dunningSubscriptions = [
  onMany(dunningChanged, (tx, messages) => followDunning(tx, messages.map(failingNews))),
  onMany(dunningEnded, (tx, messages) => followDunning(tx, messages.flatMap(endNews))),
  onMany(invoiceCreditability, (tx, messages) => followDunning(tx, messages.flatMap(creditNews))),
];

function failingNews({ data }: { readonly data: DataOf<typeof dunningChanged> }) {
  const { invoiceId, subscriptionIds, isFailing } = data;
  const at = instant(data.at);
  return { subscriptionIds, at, command: { type: 'NoteInvoice', invoiceId, isFailing, at } as const };
}

function creditNews({ data }: { readonly data: DataOf<typeof invoiceCreditability> }) {
  const { invoiceId, subscriptions, isHeld } = data;
  return subscriptions.map(({ subscriptionId, until }) => {
    const command = { type: 'NoteCreditability', invoiceId, isHeld, until: instant(until) } as const;
    return { subscriptionIds: [subscriptionId], at: instant(data.at), command };
  });
}

function endNews({ data }: { readonly data: DataOf<typeof dunningEnded> }) {
  const { invoiceId, subscriptionIds, action } = data;
  if (action === 'none') return [];
  const now = instant(data.at);
  const command = { type: 'EndByDunning', invoiceId, action, now } as const;
  return [{ subscriptionIds, at: now, command }];
}

function settledBy(
  outcome: 'paid' | 'withdrawn',
  messages: readonly {
    readonly occurredAt: string;
    readonly data: { readonly subscriptionId: string | null };
  }[],
) {
  return messages.flatMap(({ occurredAt, data: { subscriptionId } }) =>
    subscriptionId === null ? [] : [{ subscriptionId, outcome, at: instant(occurredAt) }],
  );
}

/**
 * Tells watchers about changes. It follows our own event in the log and not the command, so that nobody hears of what was
 * not committed.
 */
export function liveConsumer(live: LiveStore): ConsumerOptions {
  return {
    name: 'plans-live',
    subscriptions: [
      onMany(subscriptionChanged, async (_tx, messages) => {
        const changed = messages.flatMap(({ tenant, data }) =>
          data.subscriptions.map((one) => ({ tenant, ...one })),
        );
        // Side by side: where others share the store, each of them is a round trip.
        await Promise.all(changed.flatMap((one) => tellChanged(live, one)));
      }),
    ],
  };
}

interface Changed {
  readonly tenant: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly revision: number;
}

function tellChanged(live: LiveStore, { tenant, subscriptionId, customerId, revision }: Changed) {
  const told = JSON.stringify({ subscriptionId, revision });
  const channels = [subscriptionChannel(tenant), subscriptionChannel(tenant, customerId)];
  return channels.map((channel) => live.publish(channel, told));
}
