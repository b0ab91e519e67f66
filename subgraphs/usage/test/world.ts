import type { DataOf } from '@tollgate/contracts/event';
import type { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import { subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import type { Bench } from './harness.js';
import { MAY, termsOf } from './harness.js';

export const USAGE = `query ($id: ID!, $from: DateTime, $to: DateTime, $cut: UsageGranularity! = TOTAL) {
  usage(customerId: $id, from: $from, to: $to, granularity: $cut) {
    meter { id code } quantity events period { from to } buckets { from to quantity events } } }`;
const LIVE = `query ($id: ID!) { liveUsage(customerId: $id) { meter { id code } quantity events period { from to } } }`;

export interface Figure {
  readonly meter: { readonly id: string; readonly code: string };
  readonly quantity: string;
  readonly events: string;
}

/** Figures by the codes of their meters, as `quantity/events`. */
export const shown = (figures: readonly Figure[]) =>
  Object.fromEntries(figures.map(({ meter, quantity, events }) => [meter.code, `${quantity}/${events}`]));

/** A tenant that counts calls and adds up their tokens. */
export const startWorld = async (bench: Bench) => {
  const calls = await bench.addMeter('calls', 'llm.call', null);
  const tokens = await bench.addMeter('tokens', 'llm.call', 'tokens');
  let serial = 0;
  return {
    calls,
    tokens,
    event: (customerId: string, changes: object = {}) => ({
      id: `event-${(serial += 1)}`,
      customerId,
      type: 'llm.call',
      timestamp: '2024-05-03T09:59:59.123456Z',
      properties: { tokens: 7 },
      ...changes,
    }),
    usageOf: async (id: string, variables: object = { ...MAY }) =>
      (await bench.run<{ usage: (Figure & { buckets: Figure[] })[] }>(USAGE, { id, ...variables })).usage,
    liveOf: async (id: string) => shown((await bench.run<{ liveUsage: Figure[] }>(LIVE, { id })).liveUsage),
    subscribe: async (customerId: string, entitlements: readonly Entitlement[] = []) => {
      const terms = termsOf(customerId, [calls, tokens], entitlements);
      const started = { terms, startsOn: '2024-05-01', period: MAY };
      await bench.feed(subscriptionStarted, terms.subscriptionId, started);
      return terms;
    },
    totalled: (subscriptionId: string) => totalledOf(bench, subscriptionId),
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

type Total = DataOf<typeof usageBillTotalled>['totals'][number];

/** Where a meter stands at the end of a stretch. */
const atTheEnd = ({ meterId, to }: Total['meters'][number]) => ({ meterId, ...to });

/** Totals that were published of a subscription's periods, in order, with the key of their message. */
const totalledOf = async (bench: Bench, subscriptionId: string) => {
  const rows = await bench.platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>(
      `SELECT envelope FROM {s}.outbox WHERE topic = 'tollgate.usage' ORDER BY xid, id`,
    ),
  );
  return rows
    .map((row) => JSON.parse(row.envelope))
    .filter((message) => message.type === 'usage.bill_totalled')
    .flatMap((message) => message.data.totals.map((total: Total) => ({ key: message.key, ...total })))
    .filter((total) => total.subscriptionId === subscriptionId)
    .map(({ meters, ...total }) => ({ ...total, meters: meters.map(atTheEnd) }));
};
