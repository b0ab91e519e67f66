import { usageRecorded } from '@tollgate/contracts/usage/event';
import { meterCreated } from '@tollgate/contracts/usage/meter';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { PERIOD_BATCH_MAX } from '@tollgate/contracts/plans/subscription';
import { instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { Id } from '@tollgate/kernel/id';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import { addUp } from '../event/domain/delta.js';
import type { Meter } from '../meter/domain/meter.js';
import type { Candidate } from '../event/domain/report.js';
import type { PeriodClose } from './store.js';

/** Name of the consumer that keeps our copies of others' facts; its positions hang on it. */
export const CONSUMER = 'usage';

/** Deltas of one message; the contract's bound. */
const DELTAS_MAX = 20_000;

/** A meter exists. */
export function meterMessage(meter: Meter): Outgoing {
  const { id, code, name, eventType, aggregation, property } = meter;
  const record = { meterId: id as Id<'mtr'>, code, name, eventType, aggregation, property };
  return outgoing(meterCreated, id, meter.createdAt as Instant, record);
}

/** What newly stored events add up to; mostly one message. */
export function recordedMessages(accepted: readonly Candidate[], occurredAt: Instant): Outgoing[] {
  if (accepted.length === 0) return [];
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const { atMs } of accepted) {
    fromMs = Math.min(fromMs, atMs);
    toMs = Math.max(toMs, atMs);
  }
  const span = { from: instantFromMs(fromMs), to: instantFromMs(toMs) };
  const deltas = addUp(accepted).map((delta) => ({
    ...delta,
    customerId: delta.customerId as Id<'cus'>,
    meterId: delta.meterId as Id<'mtr'>,
  }));
  return chunks(deltas, DELTAS_MAX).map((part) =>
    outgoing(usageRecorded, 'usage', occurredAt, { ...span, deltas: part }),
  );
}

/** Totals of closed periods: one message for those of one key, so that later revisions follow earlier ones. */
export function totalledMessages(closes: readonly PeriodClose[], occurredAt: Instant): Outgoing[] {
  return [...byAggregate(closes)].flatMap(([aggregate, group]) =>
    chunks(group, PERIOD_BATCH_MAX).map((part) =>
      outgoing(usagePeriodTotalled, aggregate, occurredAt, { totals: part.map(totalOf) }),
    ),
  );
}

function totalOf({ terms, period, index, next, revision, meters }: PeriodClose) {
  return {
    terms,
    period,
    index,
    next,
    revision,
    meters: meters.map((meter) => ({ ...meter, meterId: meter.meterId as Id<'mtr'> })),
  };
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

function byAggregate(closes: readonly PeriodClose[]): Map<string, PeriodClose[]> {
  const groups = new Map<string, PeriodClose[]>();
  for (const close of closes) groups.set(close.aggregate, [...(groups.get(close.aggregate) ?? []), close]);
  return groups;
}
