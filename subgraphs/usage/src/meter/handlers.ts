import { assert } from '@tollgate/kernel/assert';
import { externalIdIn, NO_METADATA, type Metadata } from '@tollgate/kernel/labels';
import { readScope } from '@tollgate/runtime/command/access';
import DataLoader from 'dataloader';
import { command, type Answer } from '@tollgate/runtime/command/command';
import type { Database, TenantTx } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { newId } from '@tollgate/runtime/base/new-id';
import type { CreateMeterInput, UpdateMeterInput } from '../generated/graphql.js';
import { meters } from './aggregate.js';
import type { MeterCache } from './cache.js';
import type { MeterRejection } from './domain/decide.js';
import type { Meter } from './domain/meter.js';
import { draftOf } from './input.js';
import { holdCounting, metadataOf, nextMeterVersion, readMeters } from './store.js';

export interface MeterParts {
  readonly db: Database;
  readonly cache: MeterCache;
  /** Counts what was kept for a meter, in the transaction that makes it. */
  readonly countKept: (tx: TenantTx, meter: Meter) => Promise<void>;
}

interface Created extends Answer {
  readonly __typename: 'MeterCreated';
  readonly meterId: string;
  readonly meter: Meter;
}

export type CreateMeterAnswer = Awaited<ReturnType<typeof createMeter>>;

/** Makes a meter; it counts what is stored from then on. */
export async function createMeter(
  { db, cache, countKept }: MeterParts,
  context: RequestContext,
  input: CreateMeterInput,
) {
  const asked = { name: 'createMeter', input, access: 'backend' } as const;
  return command({ db, context }, asked, async (tx) => {
    const created = await create(tx, input, countKept);
    tx.onCommit(() => cache.forget(tx.scope.tenantId));
    return created;
  });
}

/** Changes what the tenant calls a meter and notes on it; what is absent stays, and what it counts always. */
export async function updateMeter(
  { db, cache }: MeterParts,
  context: RequestContext,
  input: UpdateMeterInput,
) {
  const { meterId, ...labels } = input;
  const asked = { name: 'updateMeter', input, access: 'backend', subject: meterId } as const;
  return command({ db, context }, asked, async (tx) => {
    holdCounting(tx);
    const [found, all, at] = await Promise.all([meters.loadOne(tx, meterId), readMeters(tx), tx.now()]);
    if (found.state.meter === null)
      return { reason: 'UnknownMeter' as const, message: 'There is no such meter.', meterId };
    const externalId = externalIdIn(labels);
    const isTaken = all.some((meter) => meter.id !== meterId && meter.externalId === externalId);
    const decided = meters.decide(found, { type: 'label', labels, isTaken }, at);
    if (!decided.ok) {
      const { rejection } = decided;
      assert(rejection.reason !== 'MeterCodeTaken', 'a meter keeps its code');
      return rejection;
    }
    await meters.record(tx, [decided.change]);
    tx.onCommit(() => cache.forget(tx.scope.tenantId));
    const { meter } = decided.change.after.state;
    assert(meter !== null, 'what is called otherwise exists');
    return { __typename: 'MeterUpdated' as const, meterId, meter };
  });
}

const METADATA = Symbol('metadata of meters');

/** What tenants noted on meters: all that a request asks for in one statement. */
export function metadataLoader({ db }: Pick<MeterParts, 'db'>, context: RequestContext) {
  return context.once(
    METADATA,
    () =>
      new DataLoader<string, Metadata>(async (ids) => {
        const found = await metadataOf(db.reader(readScope(context)), ids);
        const byId = new Map(found.map(({ id, metadata }) => [id, metadata]));
        return ids.map((id) => byId.get(id) ?? NO_METADATA);
      }),
  );
}

async function create(
  tx: TenantTx,
  input: CreateMeterInput,
  countKept: MeterParts['countKept'],
): Promise<Created | MeterRejection> {
  const draft = draftOf(input);
  if ('reason' in draft) return draft;
  holdCounting(tx);
  const [others, at] = await Promise.all([readMeters(tx), tx.now()]);
  const id = newId('mtr');
  const version = (others.at(-1)?.version ?? 0) + 1;
  const decided = meters.decide(meters.fresh(id), { type: 'create', draft, id, version, others, at }, at);
  if (!decided.ok) return decided.rejection;
  nextMeterVersion(tx, version);
  await meters.record(tx, [decided.change]);
  const { meter } = decided.change.after.state;
  assert(meter !== null, 'what was accepted exists');
  // What the first meter of a type could not count stays kept: events count for all meters up to a version, or for none.
  if (!others.some(({ eventType }) => eventType === meter.eventType)) await countKept(tx, meter);
  return { __typename: 'MeterCreated', meterId: id, meter };
}
