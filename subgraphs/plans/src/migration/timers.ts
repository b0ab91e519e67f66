import { assert } from '@tollgate/kernel/assert';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import { versionsById } from '../catalogue/store/version.js';
import { moveSubscriptions, type ToMove } from '../subscription/handlers/migrate.js';
import { migrations, type BatchPayload } from './aggregate.js';
import type { Migration, Skip } from './domain/migration.js';
import { nextToMove } from './store.js';

/** Subscriptions that are moved in one transaction. */
const BATCH_MAX = 50;

/** What happens by itself: the batches of migrations, one after the other. */
export const migrationTimers: TimerHandlers = {
  migrate: async (tx, due) => {
    for (const one of due) await moveBatch(tx, one);
  },
};

/** A batch that was done already, or of a migration that was stopped, does nothing. */
async function moveBatch(tx: TenantTx, { payload }: DueTimer): Promise<void> {
  const { migrationId, batch } = payload as BatchPayload;
  const found = await migrations.loadOne(tx, migrationId);
  const { state } = found;
  if (state?.status !== 'running' || state.batches !== batch) return;
  const now = await tx.now();
  const wanted = ofDifferentCustomers(await nextToMove(tx, state, BATCH_MAX));
  const skips = await moved(tx, wanted, state);
  const decided = migrations.decide(
    found,
    {
      type: 'AdvanceMigration',
      ...{ batch, skips, now, cursor: wanted.at(-1)?.id ?? null, moved: wanted.length - skips.length },
    },
    now,
  );
  assert(decided.ok, 'nothing refuses a timer');
  await migrations.record(tx, [decided.change]);
}

async function moved(tx: TenantTx, wanted: readonly ToMove[], state: Migration): Promise<Skip[]> {
  if (wanted.length === 0) return [];
  const [version] = await versionsById(tx, [state.versionId]);
  assert(version !== undefined, 'a migration names a version that there is');
  const { when, proration, negotiatedPrices } = state;
  const now = await tx.now();
  const stay = await moveSubscriptions(tx, wanted, { version, when, proration, negotiatedPrices, now });
  return [...stay].map(([subscriptionId, reason]) => ({ subscriptionId, reason }));
}

/** Up to the second one of a customer: what may be priced beside a subscription is read before others are moved. */
function ofDifferentCustomers(found: readonly ToMove[]): readonly ToMove[] {
  const seen = new Set<string>();
  const end = found.findIndex(({ customerId }) => seen.has(customerId) || !seen.add(customerId));
  return end < 0 ? found : found.slice(0, end);
}
