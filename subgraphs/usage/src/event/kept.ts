import type { TenantTx } from '@tollgate/runtime/database/db';
import { tellChange, type LiveUsage } from '../live/live.js';
import type { Meter } from '../meter/domain/meter.js';
import { reviseCloses, reviseLevels } from '../period/handlers/close.js';
import { countStored } from '../total/count.js';
import { byCustomer, spansOf } from '../total/domain/tallies.js';
import { lockTotals, saveTotals } from '../total/store/total.js';
import { taken, type TakenEvent } from './domain/kept.js';
import { KEPT_PAGE, readKept, takeKept } from './store.js';

/** A new meter counts what was kept of its type, page by page in this transaction. Call `holdCounting` first. */
export async function countKept(tx: TenantTx, live: LiveUsage, meter: Meter): Promise<void> {
  for (let after = '', more = true; more;) {
    const page = await readKept(tx, meter.eventType, after);
    const events = taken(meter, page);
    if (events.length > 0) await count(tx, live, { meter, events });
    after = page.at(-1)?.id ?? after;
    more = page.length === KEPT_PAGE;
  }
}

interface Taken {
  readonly meter: Meter;
  readonly events: readonly TakenEvent[];
}

async function count(tx: TenantTx, live: LiveUsage, { meter, events }: Taken): Promise<void> {
  takeKept(
    tx,
    meter,
    events.map(({ id }) => id),
  );
  const totals = await lockTotals(tx, spansOf(byCustomer(events)));
  const counted = await countStored(tx, events, totals);
  saveTotals(tx, counted);
  await reviseCloses(
    tx,
    counted.filter((total) => total.closed),
    await tx.now(),
  );
  await reviseLevels(tx, events, await tx.now());
  await tellChange(
    tx,
    live,
    counted.map((total) => total.customerId),
  );
}
