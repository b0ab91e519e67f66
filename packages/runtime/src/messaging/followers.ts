import type { TopicName } from '@tollgate/contracts/topics';
import type { Delivery } from './deliveries.js';
import { isAfter, type ConsumeOptions, type Position } from './event-log.js';
import type { Group } from './groups.js';
import type { Inbox } from './inbox.js';
import type { Note } from './offsets.js';
import type { Share } from './shares.js';
import { sourceOf } from './tail.js';

/** A consumer that is abreast of others: a shared reader reads for it. */
export interface Follower {
  readonly options: ConsumeOptions & { readonly inbox: Inbox };
  /** Everything up to here had its effect. */
  position: Position;
  /** It follows the outbox by itself from there; undefined = from where its own notes say. */
  goApart(from: Position | undefined): void;
}

/** What a follower takes of a transaction. */
export interface Taker {
  readonly follower: Follower;
  readonly share: Share;
}

/** What a group has for a follower; null for nothing. Of a record that is no message each of its topic has an empty share. */
export function shareOf(group: Group, follower: Follower, position: Position): Taker | null {
  const { options } = follower;
  const isNew = (record: Group['records'][number]): boolean =>
    options.topics.includes(record.topic) && isAfter(record.position, follower.position);
  const deliveries: Delivery[] = [];
  group.messages.forEach((message, index) => {
    const record = group.records[index];
    const delivery = record !== undefined && isNew(record) ? options.inbox.deliveryOf(record, message) : null;
    if (delivery !== null) deliveries.push(delivery);
  });
  const isUnread = group.tenant === null && group.records.some(isNew);
  if (deliveries.length === 0 && !isUnread) return null;
  return { follower, share: { consumer: options.consumer, deliveries, at: noteOf(follower, position) } };
}

/** What is worth a transaction of its own: to begin and end one costs as much as to take some ten kilobytes. */
const MUCH_BYTES = 64 * 1024;

/** Who takes little goes together; who takes much goes beside them, so that Postgres works on it while others compute. */
export function sideBySide(takers: readonly Taker[]): readonly (readonly Taker[])[] {
  const large = takers.filter(isLarge);
  const small = takers.filter((taker) => !large.includes(taker));
  return [...(small.length === 0 ? [] : [small]), ...large.map((taker) => [taker])];
}

function isLarge({ share }: Taker): boolean {
  let bytes = 0;
  for (const { record } of share.deliveries) bytes += record.text?.length ?? 0;
  return bytes > MUCH_BYTES;
}

/** That a follower is there. */
export function noteOf({ options }: Follower, position: Position): Note {
  return { consumer: options.consumer, source: sourceOf(options.topics), partition: 0, position };
}

/** A follower is there now, unless it is further already. */
export function moveTo(follower: Follower, position: Position): void {
  if (isAfter(position, follower.position)) follower.position = position;
}

/** Where the last of them is. */
export function earliestOf(followers: readonly Follower[]): Position {
  return followers
    .map(({ position }) => position)
    .reduce((earliest, position) => (isAfter(earliest, position) ? position : earliest));
}

/** What any of them follows. */
export function topicsOf(followers: readonly Follower[]): TopicName[] {
  return [...new Set(followers.flatMap(({ options }) => options.topics))];
}
