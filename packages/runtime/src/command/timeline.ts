import { timelineIn, type TimelineFact, type ToldFacts } from '@tollgate/contracts/timeline';
import { decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import { customerLimit, maySee, readScope } from './access.js';
import type { Caller } from './command.js';

/** What an event says, and how it is told in a sentence. */
export type Words = (data: Readonly<Record<string, unknown>>) => string;

/** What a context tells of its customers. */
export interface TimelineSource {
  /** A query of the ids of the streams of the customer `$1`. */
  readonly streams: string;
  /** Sentences by the type of event; others are not told. */
  readonly words: ReadonlyMap<string, Words>;
}

/** A context's part of a timeline that the gateway asks for; nothing where the caller may not see it. */
export async function toldFacts(
  { db, context }: Pick<Caller, 'db' | 'context'>,
  { streams, words }: TimelineSource,
  of: unknown,
): Promise<ToldFacts> {
  const { customerId, before, limit } = timelineIn(of);
  if (!maySee(context, customerId)) return { facts: [] };
  const hidesWho = customerLimit(context) !== null;
  const told = [customerId, [...words.keys()], before, limit];
  const rows = await db.reader(readScope(context)).query<FactRow>(factsSql(streams), told);
  return { facts: rows.map((row) => factOf(row, { words, hidesWho })) };
}

/**
 * Of one instant, what was noted later is later: a test clock stands still while much happens. The position is compared as
 * text, for it goes through others.
 */
const factsSql = (streams: string) => `
  SELECT * FROM (
    SELECT stream, type, data, occurred_at, actor,
      lpad((extract(epoch FROM occurred_at) * 1000000)::bigint::text, 17, '0') || '/' ||
      lpad((extract(epoch FROM recorded_at) * 1000000)::bigint::text, 17, '0') || '/' ||
      stream || '/' || lpad(version::text, 9, '0') AS position
    FROM {t}.event WHERE stream IN (${streams}) AND type = ANY($2)) told
  WHERE $3::text IS NULL OR position COLLATE "C" < $3::text
  ORDER BY position COLLATE "C" DESC LIMIT $4`;

interface FactRow {
  readonly stream: string;
  readonly type: string;
  readonly data: JsonValue;
  readonly occurred_at: Instant;
  readonly actor: string;
  readonly position: string;
}

interface Telling extends Pick<TimelineSource, 'words'> {
  readonly hidesWho: boolean;
}

function factOf(row: FactRow, { words, hidesWho }: Telling): TimelineFact {
  const { stream: subject, type, data, occurred_at: at, position } = row;
  const [kind = 'system', ...who] = row.actor.split(':');
  const actor = who.join(':');
  return {
    ...{ position, subject, at },
    text: words.get(type)?.(decodeJson(data) as Readonly<Record<string, unknown>>) ?? type,
    by: ACTORS.get(kind) ?? 'SYSTEM',
    actor: hidesWho || actor === '' ? null : actor,
  };
}

const ACTORS: ReadonlyMap<string, TimelineFact['by']> = new Map([
  ['tenant', 'TENANT'],
  ['customer', 'CUSTOMER'],
  ['staff', 'STAFF'],
]);
