import { foldEvents, type Decider } from '@tollgate/kernel/decider';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '../database/db.js';
import type { Rehearsal } from '../database/rehearsal.js';
import { append, readStreams, type DomainEvent } from '../journal/journal.js';
import { publish, type Outgoing } from '../messaging/outbox.js';
import { schedule, type Appointment } from '../timers/timers.js';
import { addRows, eventRowsOf, type EventRows } from './event-rows.js';
import { KeptAggregates } from './kept.js';
import { project } from './project.js';
import type { Projection } from './projection.js';
import { checkStreams, type Checked, type CheckOptions } from './rebuild.js';

/** An aggregate in hand: the state that its stream comes to, and the version of the stream's last event (0 = none). */
export interface Loaded<State> {
  readonly id: string;
  readonly version: number;
  readonly state: State;
}

/** What one decision did to one aggregate. */
export interface Change<State, Event> {
  readonly id: string;
  readonly before: Loaded<State>;
  readonly events: readonly Event[];
  /** Where it stands afterwards: the next decision in the same transaction goes on from here. */
  readonly after: Loaded<State>;
  /** Business time of it. */
  readonly at: Instant;
}

export type Decided<State, Event, Rejection> =
  | { readonly ok: true; readonly change: Change<State, Event> }
  | { readonly ok: false; readonly rejection: Rejection };

/** One event-sourced noun: its rules, its rows, and what others hear of it. */
export interface AggregateDefinition<State, Command, Event extends DomainEvent, Rejection> {
  /** The noun, as an operator reads it. */
  readonly name: string;
  /** The prefix of its ids, which are the names of its streams. */
  readonly idPrefix: string;
  readonly decider: Decider<State, Command, Event, Rejection>;
  /** The tables that show it: pure functions of its state. */
  readonly projections: readonly Projection<State>[];
  /** The tables that keep what each event did. */
  readonly eventRows?: readonly EventRows<State, Event>[];
  /** What others are told about changes that were recorded together, in their order. */
  messages?(changes: readonly Change<State, Event>[]): Outgoing[];
  /** When it has to be looked at next; asked for the last change of each. The same appointment twice is one. */
  timers?(change: Change<State, Event>): Appointment[];
  /**
   * For nouns that are looked at again soon after they were changed: what one weighs in memory, in about kilobytes. They are
   * kept for the next transaction, which reads only whether they are still current.
   */
  weightOf?(state: State): number;
}

/** What `npm run rebuild` needs of an aggregate. */
export interface Rebuildable {
  readonly name: string;
  /** Compares one page of streams, and the rows that belong to them, with what the journal comes to. */
  check(tx: TenantTx, options: CheckOptions): Promise<Checked>;
}

export interface Aggregate<State, Command, Event extends DomainEvent, Rejection> extends Rebuildable {
  /** One that does not exist yet. */
  fresh(id: string): Loaded<State>;
  /** By id; those without a stream come as fresh ones. */
  load(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Loaded<State>>>;
  /** The same for one. */
  loadOne(tx: TenantTx, id: string): Promise<Loaded<State>>;
  /** The rules asked, and nothing written. */
  decide(loaded: Loaded<State>, command: Command, at: Instant): Decided<State, Event, Rejection>;
  /** Journal, rows, messages and appointments of changes, with the transaction's next write. Changes without events are none. */
  record(tx: TenantTx, changes: readonly Change<State, Event>[]): Promise<void>;
  /** What was recorded in a rehearsal, in its order. */
  rehearsed(rehearsal: Rehearsal): readonly Change<State, Event>[];
}

/** The one way to load, decide, record and rebuild. */
export function aggregate<State, Command, Event extends DomainEvent, Rejection>(
  definition: AggregateDefinition<State, Command, Event, Rejection>,
): Aggregate<State, Command, Event, Rejection> {
  const { decider } = definition;
  const fresh = (id: string): Loaded<State> => ({ id, version: 0, state: decider.initial });
  const rehearsed = new WeakMap<Rehearsal, readonly Change<State, Event>[]>();
  const rehearsedIn = (rehearsal: Rehearsal) => rehearsed.get(rehearsal) ?? [];
  const kept = definition.weightOf === undefined ? null : new KeptAggregates(definition.weightOf);
  const load = (tx: TenantTx, ids: readonly string[]) =>
    kept === null ? loadStreams(tx, decider, ids) : loadKept(tx, { decider, kept }, ids);
  return {
    name: definition.name,
    fresh,
    load,
    loadOne: async (tx, id) => (await load(tx, [id])).get(id) ?? fresh(id),
    decide: (loaded, command, at) => decideOn(decider, { loaded, command, at }),
    record: async (tx, changes) => {
      const latest = await recordChanges(tx, { ...definition, kept }, changes);
      if (tx.rehearsal !== null) rehearsed.set(tx.rehearsal, [...rehearsedIn(tx.rehearsal), ...changes]);
      kept?.keep(
        tx,
        latest.map(({ after }) => after),
      );
    },
    rehearsed: rehearsedIn,
    check: (tx, options) => checkStreams(tx, definition, options),
  };
}

/** Those that are kept and still current, and the others from their streams. */
async function loadKept<State, Event extends DomainEvent>(
  tx: TenantTx,
  {
    decider,
    kept,
  }: {
    readonly decider: Pick<Decider<State, never, Event, unknown>, 'initial' | 'evolve'>;
    readonly kept: KeptAggregates<State>;
  },
  ids: readonly string[],
): Promise<Map<string, Loaded<State>>> {
  const known = kept.known(tx, ids);
  const isKnown = new Set(known);
  const unknown = ids.filter((id) => !isKnown.has(id));
  // They travel together.
  const [current, read] = await Promise.all([kept.current(tx, known), loadStreams(tx, decider, unknown)]);
  const isCurrent = new Set(current.map(({ id }) => id));
  const moved = known.filter((id) => !isCurrent.has(id));
  const again = await loadStreams(tx, decider, moved);
  return new Map([...read, ...again, ...current.map((one) => [one.id, one] as const)]);
}

async function loadStreams<State, Event extends DomainEvent>(
  tx: TenantTx,
  decider: Pick<Decider<State, never, Event, unknown>, 'initial' | 'evolve'>,
  ids: readonly string[],
): Promise<Map<string, Loaded<State>>> {
  const histories = ids.length === 0 ? new Map<string, never>() : await readStreams<Event>(tx, ids);
  return new Map(
    ids.map((id) => {
      const { version, events } = histories.get(id) ?? { version: 0, events: [] };
      return [id, { id, version, state: foldEvents(decider, events) }];
    }),
  );
}

function decideOn<State, Command, Event, Rejection>(
  decider: Decider<State, Command, Event, Rejection>,
  {
    loaded,
    command,
    at,
  }: { readonly loaded: Loaded<State>; readonly command: Command; readonly at: Instant },
): Decided<State, Event, Rejection> {
  const { id, version, state } = loaded;
  const decision = decider.decide(command, state);
  if (!decision.ok) return decision;
  const { events } = decision;
  const after = { id, version: version + events.length, state: foldEvents(decider, events, state) };
  return { ok: true, change: { id, before: loaded, events, after, at } };
}

/** Answers with the last change of each. */
async function recordChanges<State, Event extends DomainEvent>(
  tx: TenantTx,
  definition: Pick<
    AggregateDefinition<State, never, Event, unknown>,
    'decider' | 'projections' | 'eventRows' | 'messages' | 'timers'
  > & { readonly kept: KeptAggregates<State> | null },
  changes: readonly Change<State, Event>[],
): Promise<readonly Change<State, Event>[]> {
  const effective = changes.filter(({ events }) => events.length > 0);
  if (effective.length === 0) return [];
  await append(
    tx,
    effective.map(({ id, before, events, at }) => ({
      stream: id,
      expectedVersion: before.version,
      events,
      occurredAt: at,
    })),
  );
  // One statement cannot write a row twice.
  const latest = [...new Map(effective.map((change) => [change.id, change])).values()];
  const shown = shownBefore(effective, definition.kept);
  for (const projection of definition.projections)
    await project(tx, projection, { effective, latest, shown });
  for (const table of definition.eventRows ?? [])
    await addRows(tx, table, effective.flatMap(rowsIn(table, definition.decider)));
  await schedule(tx, definition.timers === undefined ? [] : latest.flatMap(definition.timers));
  await publish(tx, definition.messages?.(effective) ?? []);
  return latest;
}

/** What the events of a change add to a table. */
function rowsIn<State, Event extends DomainEvent>(
  table: EventRows<State, Event>,
  decider: Pick<Decider<State, never, Event, unknown>, 'evolve'>,
) {
  return ({ id, before, events, at }: Change<State, Event>) =>
    eventRowsOf(table, (state, event) => decider.evolve(state, event), {
      ...{ id, before },
      events: events.map((event) => ({ event, at })),
    });
}

/** Those whose rows this process wrote before: of these only what differs has to be written. */
function shownBefore<State, Event>(
  effective: readonly Change<State, Event>[],
  kept: KeptAggregates<State> | null,
): readonly Loaded<State>[] {
  if (kept === null) return [];
  const first = new Map<string, Loaded<State>>();
  for (const { id, before } of effective) if (!first.has(id)) first.set(id, before);
  return [...first.values()].filter((before) => kept.isCommitted(before));
}
