import { toMs } from '@tollgate/kernel/time/time';
import type { Rejection } from '@tollgate/kernel/decision';
import { newId } from '@tollgate/runtime/base/new-id';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { checkAlerts } from '../alert/handlers.js';
import type { CorrectUsageEventInput, VoidUsageEventInput } from '../generated/graphql.js';
import { tellChange, type LiveUsage } from '../live/live.js';
import type { Meter } from '../meter/domain/meter.js';
import { holdCounting, readMeters } from '../meter/store.js';
import { reviseCloses, reviseLevels } from '../period/handlers/close.js';
import { checkCaps } from '../spend-cap/handlers.js';
import { recounted } from '../total/count.js';
import { lockTotals, saveTotals } from '../total/store/total.js';
import { corrections } from './aggregate.js';
import { unknownEvent, type CorrectionCommand, type KeptProperties } from './domain/correction.js';
import { readEvent, saveProperties, stopCounting, type StoredEvent } from './store.js';

/** An event that was reported says something else from now on, wherever it counts. */
export async function correctUsageEvent(caller: Caller, live: LiveUsage, input: CorrectUsageEventInput) {
  const { eventId, properties = null, changes = null } = input;
  const asked = { name: 'correctUsageEvent', input, access: 'backend', subject: eventId } as const;
  return command(caller, asked, async (tx) => {
    const decided = await changeEvent(tx, { live, eventId }, (stored, meters) => ({
      type: 'correct',
      ...stored,
      ...{ properties: properties as KeptProperties | null, changes: changes as KeptProperties | null },
      meters,
    }));
    return decided ?? { __typename: 'UsageEventCorrected' as const, eventId };
  });
}

/** An event that was reported counts no more; its id stays taken. */
export async function voidUsageEvent(caller: Caller, live: LiveUsage, input: VoidUsageEventInput) {
  const { eventId } = input;
  const asked = { name: 'voidUsageEvent', input, access: 'backend', subject: eventId } as const;
  return command(caller, asked, async (tx) => {
    const decided = await changeEvent(tx, { live, eventId }, (stored) => ({ type: 'void', ...stored }));
    if (decided !== null && !isOfVoid(decided)) throw new Error('what is taken back is not judged');
    return decided ?? { __typename: 'UsageEventVoided' as const, eventId };
  });
}

/** An event by the tenant's id of it, as it counts now. */
export async function usageEvent(db: Database, scope: Scope, id: string): Promise<StoredEvent | null> {
  return readEvent(db.reader(scope), id);
}

type Stored = Pick<CorrectionCommand, 'eventId' | 'stored' | 'at'>;

/** Why nothing changes; null where it does, with all that was counted of the event. */
async function changeEvent(
  tx: TenantTx,
  { live, eventId }: { readonly live: LiveUsage; readonly eventId: string },
  wanted: (stored: Stored, meters: readonly Meter[]) => CorrectionCommand,
) {
  holdCounting(tx);
  const [event, meters, at] = await Promise.all([readEvent(tx, eventId), readMeters(tx), tx.now()]);
  if (event === null) return unknownEvent(eventId);
  const { type, meterVersion, properties: stored } = event;
  const counting = meters.filter((meter) => meter.eventType === type && meter.version <= meterVersion);
  const id = event.correctionId ?? newId('ucr');
  const decided = corrections.decide(
    await corrections.loadOne(tx, id),
    wanted({ eventId, stored, at }, counting),
    at,
  );
  if (!decided.ok) return decided.rejection;
  const { correction } = decided.change.after.state;
  if (correction === null || decided.change.events.length === 0) return null;
  await corrections.record(tx, [decided.change]);
  if (correction.voided) stopCounting(tx, event);
  else saveProperties(tx, eventId, correction.properties);
  await countAgain(tx, live, { event, meters: counting });
  return null;
}

/** Totals that hold the event are counted again, and what was billed by them is told again. */
async function countAgain(
  tx: TenantTx,
  live: LiveUsage,
  { event, meters }: { readonly event: StoredEvent; readonly meters: readonly Meter[] },
): Promise<void> {
  if (meters.length === 0) return;
  const { customerId, occurredAt } = event;
  const atMs = toMs(occurredAt);
  const totals = await lockTotals(tx, [{ customerId, fromMs: atMs, toMs: atMs }]);
  saveTotals(tx, await recounted(tx, totals, meters));
  await reviseCloses(
    tx,
    totals.filter(({ closed }) => closed),
    await tx.now(),
  );
  await reviseLevels(tx, [{ customerId, atMs, meters }], await tx.now());
  if (totals.some(({ alerted }) => alerted)) await checkAlerts(tx, [customerId], await tx.now());
  if (totals.some(({ capped }) => capped)) await checkCaps(tx, [customerId], await tx.now());
  await tellChange(tx, live, [customerId]);
}

function isOfVoid<R extends Rejection>(rejection: R): rejection is Extract<R, { reason: 'UnknownEvent' }> {
  return rejection.reason === 'UnknownEvent';
}
