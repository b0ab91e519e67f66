import type { Envelope } from '@tollgate/contracts/envelope';
import { decode, type EventContract, type Message } from '@tollgate/contracts/event';
import { TOPICS, type TopicName } from '@tollgate/contracts/topics';
import type { Database, TenantTx } from '../database/db.js';
import { runsOf } from './deliveries.js';
import type { Consumption, EventLog } from './event-log.js';
import type { Logger } from '../base/log.js';
import type { Metrics } from '../base/metrics.js';
import { Inbox } from './inbox.js';
import { forgetPosition, readPositions } from './offsets.js';

/** What a subgraph does about one published event. */
export interface Subscription {
  readonly contract: EventContract;
  apply(tx: TenantTx, messages: readonly Envelope[]): Promise<void>;
  /** Data of parts of a message, should it not apply as a whole; none where it cannot be read. */
  readonly split?: (message: Envelope) => readonly unknown[];
}

/** One message at a time. */
export function on<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  handle: (tx: TenantTx, message: Message<Data>) => Promise<void>,
): Subscription {
  return {
    contract: contract as EventContract,
    apply: async (tx, messages) => {
      for (const message of messages) await handle(tx, decode(contract, message));
    },
  };
}

/** How the data of a message is taken apart, and that of several put together. */
export interface Parts<Data> {
  split(data: Data): readonly Data[];
  join(all: readonly Data[]): Data;
}

/**
 * Neighbouring messages that tell of one instant, as one. Where that does not go, each by itself, and at last in parts: what
 * is wrong with one of them keeps none of the others.
 */
export function onParts<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  { split, join }: Parts<Data>,
  handle: (tx: TenantTx, message: Message<Data>) => Promise<void>,
): Subscription {
  return {
    contract: contract as EventContract,
    apply: async (tx, messages) => {
      const decoded = messages.map((message) => decode(contract, message));
      for (const run of runsOf(decoded, isToldWith)) {
        const [first] = run;
        if (first === undefined) continue;
        await handle(tx, {
          ...first,
          data: run.length === 1 ? first.data : join(run.map(({ data }) => data)),
        });
      }
    },
    split: (message) => {
      try {
        return split(decode(contract, message).data);
      } catch {
        return [];
      }
    },
  };
}

/** What one piece of work told of one instant. */
function isToldWith(one: Message<unknown>, other: Message<unknown>): boolean {
  return one.occurredAt === other.occurredAt && one.correlation === other.correlation;
}

/** Neighbouring messages of one tenant together, for set-based work. */
export function onMany<Name extends string, Data>(
  contract: EventContract<Name, Data>,
  handle: (tx: TenantTx, messages: readonly Message<Data>[]) => Promise<void>,
): Subscription {
  return {
    contract: contract as EventContract,
    apply: (tx, messages) =>
      handle(
        tx,
        messages.map((message) => decode(contract, message)),
      ),
  };
}

export interface ConsumerOptions {
  /** Stable name: positions and inbox hang on it. */
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
}

export interface ConsumerParts {
  readonly db: Database;
  readonly log: EventLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Starts a consumer: every message has its effect once, however often it comes. */
export async function startConsumer(parts: ConsumerParts, options: ConsumerOptions): Promise<Consumption> {
  const inbox = new Inbox(parts, options);
  const topics = [
    ...new Set(options.subscriptions.map((one) => TOPICS[one.contract.owner].name as TopicName)),
  ];
  const consumption = await parts.log.consume({
    consumer: options.name,
    topics,
    positions: {
      of: (source) => readPositions(parts.db, { consumer: options.name, source }),
      forget: (source, partition) => forgetPosition(parts.db, { consumer: options.name, source, partition }),
    },
    handle: (batch) => inbox.handle(batch),
    inbox,
  });
  return {
    stop: async () => {
      inbox.stop();
      await consumption.stop();
    },
  };
}
