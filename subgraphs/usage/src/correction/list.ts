import DataLoader from 'dataloader';
import { clientError } from '@tollgate/runtime/base/errors';
import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { PAGE_MAX } from '@tollgate/runtime/graphql/list';
import { parseInstant } from '@tollgate/kernel/time/time';
import type { QueryUsageEventsArgs } from '../generated/graphql.js';
import { readMeters } from '../meter/store.js';
import { findSubscriptions, pricedUsage } from '../subscription/store.js';
import { outcomeOf, type Bills, type EventOutcome } from './domain/outcome.js';
import { billedTimes, eventPage, readEvents, type EventFilter, type StoredEvent } from './store.js';

const PAGE_DEFAULT = 50;

/** Events in order of time, and where the next page starts. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A page of a customer's events, or the events of these ids. Not for portal tokens. */
export async function pageOfEvents({ db, context }: Caller, args: QueryUsageEventsArgs): Promise<EventPage> {
  const tenant = db.reader(backOfficeScope(context));
  const { ids = null, customerId = null } = args;
  if (ids !== null) {
    if (ids.length === 0 || ids.length > PAGE_MAX)
      throw clientError('BAD_USER_INPUT', `"ids" has 1 to ${PAGE_MAX} ids.`);
    const found = await readEvents(tenant, ids.filter(isStorable));
    const place = new Map(ids.map((id, i) => [id, i]));
    const events = [...found].sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
    return { events, hasNextPage: false, endCursor: null };
  }
  if (customerId === null) throw clientError('BAD_USER_INPUT', 'Give a customerId, or ids.');
  const filter = filterOf(customerId, args);
  const found = [customerId, args.type ?? ''].every(isStorable)
    ? await eventPage(tenant, { ...filter, limit: filter.limit + 1 })
    : [];
  const events = found.slice(0, filter.limit);
  const last = events.at(-1);
  const endCursor = last === undefined ? null : cursorOf(filter, last);
  return { events, hasNextPage: found.length > filter.limit, endCursor };
}

function filterOf(customerId: string, args: QueryUsageEventsArgs): EventFilter {
  const { first = null, type = null, from = null, to = null, status = null, latestFirst } = args;
  const limit = first ?? PAGE_DEFAULT;
  if (limit < 1 || limit > PAGE_MAX)
    throw clientError('BAD_USER_INPUT', `"first" is between 1 and ${PAGE_MAX}.`);
  const range = {
    from: from === null ? null : parseInstant(from),
    to: to === null ? null : parseInstant(to),
  };
  return { customerId, type, ...range, status, latestFirst, limit, after: placeOf(latestFirst, args.after) };
}

/** Bound to the order: in the other one the same place would begin another page. */
function cursorOf(
  { latestFirst }: Pick<EventFilter, 'latestFirst'>,
  last: { at: string; id: string },
): string {
  return Buffer.from(JSON.stringify(['usageEvents', latestFirst, last.at, last.id])).toString('base64url');
}

function placeOf(latestFirst: boolean, cursor: string | null | undefined): EventFilter['after'] {
  if (cursor === null || cursor === undefined) return null;
  const [list, order, at, id] = partsOf(cursor);
  const isOurs = list === 'usageEvents' && order === latestFirst;
  if (isOurs && typeof at === 'string' && typeof id === 'string' && AT.test(at) && isStorable(id))
    return { at, id };
  throw clientError('BAD_USER_INPUT', '"after" takes an "endCursor" of this list in this order.');
}

const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Postgres keeps no NUL, so that no row has it. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000');
}

const OUTCOMES = Symbol('what became of events');

/** What became of events with their meters: read once for all that a request shows. */
export function outcomeLoader({
  db,
  context,
}: Caller): DataLoader<StoredEvent, readonly EventOutcome[], string> {
  return context.once(OUTCOMES, () => {
    return new DataLoader(async (events: readonly StoredEvent[]) => outcomes({ db, context }, events), {
      cacheKeyFn: ({ id }) => id,
    });
  });
}

async function outcomes(
  { db, context }: { readonly db: Caller['db']; readonly context: RequestContext },
  events: readonly StoredEvent[],
): Promise<(readonly EventOutcome[])[]> {
  return db.tenant(readScope(context), async (tx) => {
    const customerIds = [...new Set(events.map(({ customerId }) => customerId))];
    const [meters, bills] = await Promise.all([readMeters(tx), billsOf(tx, customerIds)]);
    return events.map((event) => {
      const { type, meterVersion, customerId } = event;
      const counting = meters.filter((meter) => meter.eventType === type && meter.version <= meterVersion);
      return counting.map((meter) => outcomeOf(event, meter, bills.get(customerId) ?? NO_BILLS));
    });
  });
}

const NO_BILLS: Bills = { billers: [], billed: [] };

async function billsOf(tx: TenantTx, customerIds: readonly string[]): Promise<ReadonlyMap<string, Bills>> {
  const [subscriptions, billed] = await Promise.all([
    findSubscriptions(tx, customerIds),
    billedTimes(tx, customerIds),
  ]);
  return new Map(
    customerIds.map((id) => {
      const own = subscriptions.filter(({ customerId }) => customerId === id);
      const billers = own.map((one) => ({ ...one, priced: pricedUsage(one.terms) }));
      return [id, { billers, billed: billed.filter(({ customerId }) => customerId === id) }];
    }),
  );
}
