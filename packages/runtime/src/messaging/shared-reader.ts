import { assert } from '@tollgate/kernel/assert';
import { isConnectionLoss, messageOf } from '../base/errors.js';
import { Loop, type Sentry } from '../base/loop.js';
import { isAlone, lookFor } from '../database/lookout.js';
import type { Position } from './event-log.js';
import { NOTE_POSITION_MS, writePositions } from './offsets.js';
import { parametersOf, readSettled, WHEN_MORE_SQL, type OutboxRecord } from './outbox-reader.js';
import {
  earliestOf,
  moveTo,
  noteOf,
  shareOf,
  sideBySide,
  topicsOf,
  type Follower,
  type Taker,
} from './followers.js';
import { groupsOf, type Group } from './groups.js';
import { applyFresh, applyShares, type Share } from './shares.js';
import type { ShardLog } from './tail.js';
import { UnsettledRest } from './unsettled.js';

const BACKOFF_MS = 500;

/**
 * Reads one shard's outbox once for all consumers that are abreast of each other, and applies what is there in one
 * transaction for each tenant: effects, inbox rows and positions of all of them; who has much to take has one of its own
 * beside the others. Where that fails all whom the transaction
 * was for go on by themselves until they have caught up again, so that nobody waits for another's trouble.
 */
export class SharedReader extends Loop {
  readonly #followers = new Set<Follower>();
  readonly #rest = new UnsettledRest(this.notifier);
  #inHand: Promise<unknown> = Promise.resolve();
  #notedAtMs = performance.now();

  constructor(private readonly on: ShardLog) {
    super('log', BACKOFF_MS);
  }

  /** From now on it is read for this one, too. */
  join(follower: Follower): void {
    this.#followers.add(follower);
    this.notifier.wake();
  }

  /** Resolves when nothing more will be handled for it. */
  async leave(follower: Follower): Promise<void> {
    this.#followers.delete(follower);
    await this.#inHand;
  }

  protected override sentry(): Sentry {
    const params = (): unknown[] | null => {
      const followers = [...this.#followers];
      return followers.length === 0 ? null : [...parametersOf(earliestOf(followers)), topicsOf(followers)];
    };
    return lookFor(this.on.db, { sql: WHEN_MORE_SQL, params, isUrgent: true }, [this.on.shard]);
  }

  /** Whoever follows by itself goes by its notes, whatever was thought here. */
  protected override failed(error: unknown): void {
    this.on.log.warn({ shard: this.on.shard, error: messageOf(error) }, 'following the outbox failed');
    for (const follower of [...this.#followers]) this.#sendApart(follower, undefined);
  }

  protected override async round(): Promise<void> {
    const followers = [...this.#followers];
    if (followers.length === 0) return void (await this.notifier.rest());
    const shard = this.on.db.single(this.on.shard);
    const read = await readSettled(shard, topicsOf(followers), earliestOf(followers));
    if (read.records.length > 0) {
      this.#rest.reset();
      return this.#applyAll(read.records, followers);
    }
    for (const follower of followers) moveTo(follower, read.horizon);
    await this.#note(followers);
    await this.#rest.rest(read.unsettled);
  }

  /** Positions go as far as all before is applied: what was applied beyond it the inbox remembers. */
  async #applyAll(records: readonly OutboxRecord[], followers: readonly Follower[]): Promise<void> {
    const applied = new Set<OutboxRecord>();
    let end = 0;
    for (const group of groupsOf(records)) {
      if (this.stopping) return;
      for (const record of group.records) applied.add(record);
      for (let next = records[end]; next !== undefined && applied.has(next); next = records[end]) end += 1;
      const position = records[end - 1]?.position;
      assert(position !== undefined, 'groups are in the order of their first records');
      const present = followers.filter((follower) => this.#followers.has(follower));
      const applying = this.applyGroup(group, present, position);
      this.#inHand = applying.catch(() => undefined);
      for (const follower of await applying) moveTo(follower, position);
    }
  }

  /** Applies what of a group is for these; whoever cannot have it is sent apart. Answers with the others. */
  async applyGroup(
    group: Group,
    followers: readonly Follower[],
    position: Position,
  ): Promise<readonly Follower[]> {
    const takers = followers.flatMap((follower) => shareOf(group, follower, position) ?? []);
    if (takers.length === 0) return followers;
    const ends = await Promise.allSettled(sideBySide(takers).map((some) => this.#applySome(group, some)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return followers.filter((follower) => this.#followers.has(follower));
  }

  async #applySome(group: Group, takers: readonly Taker[]): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.#applyTogether(
        group,
        takers.map(({ share }) => share),
      );
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      this.on.log.debug({ shard: this.on.shard, error: messageOf(error) }, 'batch failed, going apart');
      for (const { follower } of takers) this.#sendApart(follower, follower.position);
      return;
    }
    const ms = (performance.now() - startedAt) / takers.length;
    for (const { follower, share } of takers) follower.options.inbox.applied(share.deliveries, ms);
  }

  async #applyTogether({ tenant }: Group, shares: readonly Share[]): Promise<void> {
    // Before the transaction: see `locate`.
    const placement = tenant === null ? null : await this.on.db.locate(tenant);
    if (placement?.shard !== this.on.shard) throw new Error('nothing of a tenant of this shard');
    // What is after everybody's position nobody had, unless another process reads for them as well.
    const apply = isAlone(this.on.db) ? applyFresh : applyShares;
    await apply(this.on.db, placement, shares);
  }

  #sendApart(follower: Follower, from: Position | undefined): void {
    if (this.#followers.delete(follower)) follower.goApart(from);
  }

  /** Moves stored positions over rows for others now and then: old partitions wait for it to be dropped. */
  async #note(followers: readonly Follower[]): Promise<void> {
    if (performance.now() - this.#notedAtMs < NOTE_POSITION_MS) return;
    this.#notedAtMs = performance.now();
    const notes = followers.map((follower) => noteOf(follower, follower.position));
    await this.on.db.shard(this.on.shard, async (tx) => writePositions(tx, notes));
  }
}
