import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { publish } from '@tollgate/runtime/messaging/outbox';
import { saveEnd, saveOpened, type OpenedPeriod } from '../../copies/subscription.js';
import { holdCounting } from '../../meter/store.js';
import { openTotals } from '../../total/count.js';
import type { Stretch } from '../../total/store.js';
import { totalledMessages } from '../events.js';
import { positionsOf } from './positions.js';
import {
  findCloses,
  findClosesAfter,
  insertCloses,
  saveRevisions,
  type ClosedPeriod,
  type PeriodClose,
} from '../store.js';

/** Periods opened: what is used in them is counted from now on, and what was used in them before. */
export async function openPeriods(tx: TenantTx, opened: readonly OpenedPeriod[]): Promise<void> {
  holdCounting(tx);
  await openTotals(tx, opened.map(stretchOf));
  saveOpened(tx, opened);
}

/**
 * Step two of the close: revision 1 of the totals, for all periods of the message together. The periods that follow them
 * are open from now on.
 */
export async function closePeriods(
  tx: TenantTx,
  closed: readonly ClosedPeriod[],
  occurredAt: Instant,
): Promise<void> {
  const opened = closed.flatMap(openedBy);
  holdCounting(tx);
  await openTotals(tx, [...closed, ...opened].map(stretchOf));
  const positions = await positionsOf(tx, closed);
  const closes = closed.map((one, i): PeriodClose => ({ ...one, revision: 1, meters: positions[i] ?? [] }));
  saveOpened(tx, opened);
  await publish(tx, totalledMessages(await insertCloses(tx, closes), occurredAt));
}

/** The period that the close of another opens. */
export function openedBy({ terms, index, next }: ClosedPeriod): OpenedPeriod[] {
  return next === null ? [] : [{ terms, period: next, index: index + 1 }];
}

/** Usage came after the close: the whole totals again, under the next revision, where they changed. */
export async function reviseCloses(
  tx: TenantTx,
  late: readonly Stretch[],
  occurredAt: Instant,
): Promise<void> {
  if (late.length > 0) await publishRevisions(tx, await findCloses(tx, late), occurredAt);
}

/** A subscription ended: from then on a younger one may bill what it would have. */
export async function endSubscription(
  tx: TenantTx,
  ended: { readonly subscriptionId: string; readonly customerId: string; readonly endsAt: Instant },
  occurredAt: Instant,
): Promise<void> {
  holdCounting(tx);
  saveEnd(tx, ended.subscriptionId, ended.endsAt);
  await publishRevisions(tx, await findClosesAfter(tx, ended.customerId, ended.endsAt), occurredAt);
}

async function publishRevisions(
  tx: TenantTx,
  closes: readonly PeriodClose[],
  occurredAt: Instant,
): Promise<void> {
  if (closes.length === 0) return;
  const positions = await positionsOf(tx, closes);
  const changed = closes.flatMap((close, i) => revised(close, positions[i] ?? []) ?? []);
  if (changed.length === 0) return;
  await saveRevisions(tx, changed);
  await publish(tx, totalledMessages(changed, occurredAt));
}

function revised(close: PeriodClose, meters: PeriodClose['meters']): PeriodClose | null {
  if (textOf(meters) === textOf(close.meters)) return null;
  return { ...close, meters, revision: close.revision + 1 };
}

function textOf(meters: PeriodClose['meters']): string {
  return meters.map((total) => `${total.meterId} ${total.quantity} ${total.events}`).join();
}

function stretchOf({ terms, period }: OpenedPeriod): Stretch {
  return { customerId: terms.customerId, period };
}
