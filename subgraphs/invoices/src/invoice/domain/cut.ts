import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { isOverTime } from './deferral.js';
import { isFor } from './joint.js';
import type { Invoice, InvoiceEvent } from './state.js';

/** The service of a subscription is over before what was billed of it. */
export interface CutRevenue {
  readonly type: 'CutRevenue';
  readonly subscriptionId: string;
  readonly at: Instant;
}

/** Once for each subscription, and only where its lines cover something beyond. */
export function cutRevenue(
  { subscriptionId, at }: CutRevenue,
  state: Invoice,
): Decision<InvoiceEvent, never> {
  const isCut = state.cuts?.some((cut) => cut.subscriptionId === subscriptionId) === true;
  const defers = state.lines.some(
    (line) => isOverTime(line) && line.period.to > at && isFor(state.basis, line, subscriptionId),
  );
  if (isCut || !defers || state.status === 'void') return accept();
  return accept({ type: 'RevenueCut', subscriptionId, at });
}

/** The invoice with the cut. */
export function withCut(
  state: Invoice,
  { subscriptionId, at }: Pick<CutRevenue, 'subscriptionId' | 'at'>,
  revision: number,
): Invoice {
  const notes = state.status === 'draft' ? 0 : (state.creditNotes?.length ?? 0);
  return { ...state, revision, cuts: [...(state.cuts ?? []), { subscriptionId, at, notes }] };
}
