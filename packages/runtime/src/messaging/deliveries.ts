import type { Envelope } from '@tollgate/contracts/envelope';
import type { Scope } from '../database/db.js';
import type { Subscription } from './consume.js';
import type { LogRecord } from './event-log.js';

/** A record of the log that this consumer does something about. */
export interface Delivery {
  readonly record: LogRecord;
  readonly message: Envelope;
  readonly subscription: Subscription;
  /** It is a part of the record's message. */
  readonly part?: true;
}

/** The parts of a message that have their effects apart from each other; none where it is one, or cannot be read. */
export function partsOf(delivery: Delivery): Delivery[] {
  const { message, subscription, part } = delivery;
  if (part === true || subscription.split === undefined) return [];
  return subscription.split(message).map((data, place) => ({
    ...delivery,
    part: true as const,
    message: {
      ...message,
      id: `${message.id}/${place}` as const,
      version: subscription.contract.version,
      data,
    },
  }));
}

/** Who acts when a message has its effect, and why: as the message says. */
export function scopeOf(message: Envelope): Scope {
  return {
    tenantId: message.tenant,
    actor: message.actor,
    correlation: message.correlation,
    cause: message.id,
  };
}

/** Runs of one tenant: a transaction each. */
export function byTenant(deliveries: readonly Delivery[]): Delivery[][] {
  return runsOf(deliveries, (left, right) => left.message.tenant === right.message.tenant);
}

/** Runs for one handler, within a tenant's. */
export function bySubscription(deliveries: readonly Delivery[]): Delivery[][] {
  return runsOf(deliveries, (left, right) => left.subscription === right.subscription);
}

/** Cuts a list into runs of neighbours that belong together; order is kept. */
export function runsOf<T>(items: readonly T[], together: (left: T, right: T) => boolean): T[][] {
  const runs: T[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && together(last, item)) run.push(item);
    else runs.push([item]);
  }
  return runs;
}
