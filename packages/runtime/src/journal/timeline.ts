import { decodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import { clientError } from '../base/errors.js';
import type { Queryable } from '../database/db.js';

/** Something that happened, as the journal has it. */
export interface Happened {
  /** Names it among all that happened to the tenant; the cursor of lists. */
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  /** The kind of who did it: `tenant`, `customer`, `staff` or `system`. */
  readonly by: string;
  /** Who of that kind. */
  readonly actor: string;
}

/** Which part of a timeline is asked for. */
export interface TimelineArguments {
  readonly first?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const FIRST_DEFAULT = 50;
const FIRST_MAX = 200;
const ID = /^([a-z]{2,4}_[0-9a-z]{26})\/([0-9]{1,9})$/;

/**
 * What happened to these streams, the newest first; of one instant the later version. Throws `BAD_USER_INPUT` where the part
 * that is asked for makes no sense.
 */
export async function readTimeline(
  tx: Queryable,
  streams: readonly string[],
  { types, first, before }: TimelineArguments & { readonly types: readonly string[] },
): Promise<Happened[]> {
  const limit = first ?? FIRST_DEFAULT;
  if (limit < 1 || limit > FIRST_MAX)
    throw clientError('BAD_USER_INPUT', `Give "first" as a number from 1 to ${FIRST_MAX}.`);
  const [stream, version] = cursorOf(before);
  const rows = await tx.query<TimelineRow>(TIMELINE_SQL, [streams, types, stream, version, limit]);
  return rows.map(happened);
}

const TIMELINE_SQL = `
  SELECT e.stream, e.version, e.type, e.data, e.occurred_at, e.actor FROM {t}.event e
  LEFT JOIN {t}.event b ON b.stream = $3::text AND b.version = $4::int
  WHERE e.stream = ANY($1) AND e.type = ANY($2)
    AND ($3::text IS NULL OR (e.occurred_at, e.stream, e.version) < (b.occurred_at, b.stream, b.version))
  ORDER BY e.occurred_at DESC, e.stream DESC, e.version DESC LIMIT $5`;

interface TimelineRow {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonValue;
  readonly occurred_at: Instant;
  readonly actor: string;
}

function happened({ stream, version, type, data, occurred_at: at, actor }: TimelineRow): Happened {
  const [by = 'system', ...who] = actor.split(':');
  const decoded = decodeJson(data) as Happened['data'];
  return { id: `${stream}/${version}`, stream, type, data: decoded, at, by, actor: who.join(':') };
}

function cursorOf(before: string | null | undefined): readonly [string | null, number | null] {
  if (before === undefined || before === null) return [null, null];
  const [, stream, version] = ID.exec(before) ?? [];
  if (stream === undefined) throw clientError('BAD_USER_INPUT', 'Give "before" as the id of an entry.');
  return [stream, Number(version)];
}
