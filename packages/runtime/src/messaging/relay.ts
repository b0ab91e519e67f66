import { TOPICS, type TopicName } from '@tollgate/contracts/topics';
import type { Database, RawTx } from '../database/db.js';
import { tryLock } from '../database/lock.js';
import { messageOf } from '../base/errors.js';
import type { Position } from './event-log.js';
import { Loop, type Sentry } from '../base/loop.js';
import { lookFor } from '../database/lookout.js';
import { writePosition } from './offsets.js';
import { readSettled, type OutboxRecord } from './outbox-reader.js';
import { RELAY, resendDue, sendAll, type RelayParts } from './sending.js';

export type { RelayParts, RelayTarget } from './sending.js';

const UNSETTLED_POLL_MS = 2;
const UNSETTLED_POLL_MAX_MS = 50;
const UNSETTLED_GROWTH = 1.5;
const BUSY_POLL_MS = 5;
const BACKOFF_MS = 500;
const RESEND_EVERY_MS = 10_000;
/** One send: below what the topics take, so that even messages of one partition fit into one record batch. */
const SEND_MAX_BYTES = 4 * 1024 * 1024;
const ALL_TOPICS: readonly TopicName[] = Object.values(TOPICS).map((topic) => topic.name);

/**
 * Publishes a shard's outbox in order. Any number may run: the one that holds the lock works, the others wait.
 * A relay that dies between sending and noting its position sends again; inboxes make that harmless.
 */
export class Relay extends Loop {
  #unsettledPollMs = UNSETTLED_POLL_MS;
  #resentAtMs = performance.now();

  constructor(
    private readonly parts: RelayParts,
    private readonly shard: string,
  ) {
    super('log', BACKOFF_MS);
  }

  /** What this process commits rings; what a process left behind that died before its relay sent it is looked for. */
  protected override sentry(): Sentry {
    return lookFor(this.parts.db, { sql: WAITING_SQL, params: () => RELAY_PARAMS }, [this.shard]);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ shard: this.shard, error: messageOf(error) }, 'relaying failed, trying again');
  }

  /** Looks before it takes the lock: several idle relays cost one small statement each. */
  protected override async round(): Promise<void> {
    await this.#resend();
    const found = await peek(this.parts.db, this.shard);
    if (found === 'ready') {
      const sent = await relayOnce(this.parts, this.shard);
      this.#unsettledPollMs = UNSETTLED_POLL_MS;
      // Another relay holds the lock.
      if (sent === 0) await this.notifier.sleep(BUSY_POLL_MS);
      return;
    }
    if (found === 'empty') this.parts.metrics.relayLagSeconds.set(0);
    const woken = await this.notifier.sleep(found === 'unsettled' ? this.#unsettledPollMs : RESEND_EVERY_MS);
    this.#unsettledPollMs =
      found === 'unsettled' && !woken
        ? Math.min(this.#unsettledPollMs * UNSETTLED_GROWTH, UNSETTLED_POLL_MAX_MS)
        : UNSETTLED_POLL_MS;
  }

  async #resend(): Promise<void> {
    if (performance.now() - this.#resentAtMs < RESEND_EVERY_MS) return;
    this.#resentAtMs = performance.now();
    await resendDue(this.parts, this.shard);
  }
}

type Peek = 'empty' | 'unsettled' | 'ready';

async function peek(db: Database, shard: string): Promise<Peek> {
  const rows = await db.read<{ settled: boolean }>(shard, PEEK_SQL, RELAY_PARAMS);
  if (rows[0] === undefined) return 'empty';
  return rows[0].settled ? 'ready' : 'unsettled';
}

const RELAY_PARAMS = [RELAY.consumer, RELAY.source, RELAY.partition] as const;

/** $1 consumer, $2 source, $3 partition: rows after its position. */
const NOT_SENT = `
  FROM {s}.outbox o
  WHERE (o.xid, o.id) > (
    coalesce((SELECT major::text::xid8 FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3), '0'),
    coalesce((SELECT minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3), 0))`;

const PEEK_SQL = `
  SELECT o.xid < pg_snapshot_xmin(pg_current_snapshot()) AS settled ${NOT_SENT} ORDER BY o.xid, o.id LIMIT 1`;

const WAITING_SQL = `SELECT clock_timestamp() ${NOT_SENT} LIMIT 1`;

/** One round: reads below the oldest running transaction, sends, notes the position. Returns how many were sent. */
export async function relayOnce(parts: RelayParts, shard: string): Promise<number> {
  return parts.db.shard(shard, async (tx) => {
    // An advisory lock takes no transaction id, so a relay at work never holds back what others may read.
    if (!(await tryLock(tx, 'relay', shard))) return 0;
    const { records } = await readSettled(tx, ALL_TOPICS, await positionIn(tx));
    const sendable = withinBytes(records);
    const last = sendable.at(-1);
    parts.metrics.relayLagSeconds.set(records[0]?.ageSeconds ?? 0);
    if (last === undefined) return 0;
    await sendAll(parts, tx, sendable);
    writePosition(tx, { ...RELAY, position: last.position });
    for (const record of sendable) parts.metrics.relayed.inc({ topic: record.topic });
    return sendable.length;
  });
}

/** The first records that one send can carry; one at least. */
function withinBytes(records: readonly OutboxRecord[]): readonly OutboxRecord[] {
  let bytes = 0;
  const end = records.findIndex((record, index) => {
    bytes += Buffer.byteLength(record.text);
    return index > 0 && bytes > SEND_MAX_BYTES;
  });
  return end < 0 ? records : records.slice(0, end);
}

async function positionIn(tx: RawTx): Promise<Position> {
  const [row] = await tx.query<Position>(
    'SELECT major, minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3',
    RELAY_PARAMS,
  );
  return row ?? { major: 0n, minor: 0n };
}
