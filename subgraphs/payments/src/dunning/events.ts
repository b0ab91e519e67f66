import type { DataOf } from '@tollgate/contracts/event';
import { dunningChanged, dunningEnded } from '@tollgate/contracts/payments/dunning';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { DunningEvent, DunningRun, DunningState } from './domain/run.js';

/**
 * What others hear: who fails and has no access, and what is to be done at an unsuccessful end. Of several runs news of one
 * kind come together, for those who hear them take neighbours at once.
 */
export function messagesOf(changes: readonly Change<DunningState, DunningEvent>[]): Outgoing[] {
  const told = changes.map(({ before, after: { state: run }, events, at }) => {
    if (run === null) return { changed: [], ended: [] };
    const changed = standingOf(before.state) === standingOf(run) ? [] : [changedMessage(run, at)];
    return { changed, ended: events.flatMap((event) => endedMessages(run, event)) };
  });
  const isOfOneEach = new Set(changes.map(({ id }) => id)).size === changes.length;
  if (!isOfOneEach) return told.flatMap(({ changed, ended }) => [...changed, ...ended]);
  return [...told.flatMap(({ changed }) => changed), ...told.flatMap(({ ended }) => ended)];
}

function standingOf(run: DunningState): string {
  return run === null ? 'false true' : `${run.failingSince !== null} ${run.hasAccess}`;
}

function changedMessage(run: DunningRun, at: DunningRun['startedAt']): Outgoing {
  const { hasAccess, failingSince } = run;
  const data = { ...headOf(run), at, isFailing: failingSince !== null, hasAccess };
  return outgoing(dunningChanged, { aggregate: run.invoiceId, occurredAt: at, data });
}

function endedMessages(run: DunningRun, event: DunningEvent): Outgoing[] {
  const { policy } = run;
  if (event.type !== 'DunningEnded' || event.outcome === 'written_off' || policy === null) return [];
  const { terminalAction: action, markUncollectible } = policy;
  const { outcome, at } = event;
  const data = { ...headOf(run), at, outcome, action, markUncollectible };
  return [outgoing(dunningEnded, { aggregate: run.invoiceId, occurredAt: at, data })];
}

/** Ids are checked against the contract when the message is written. */
function headOf({ id, invoiceId, customerId, subscriptionIds }: DunningRun) {
  type Head = Pick<DataOf<typeof dunningEnded>, 'dunningId' | 'invoiceId' | 'customerId' | 'subscriptionIds'>;
  return {
    dunningId: id as Head['dunningId'],
    invoiceId: invoiceId as Head['invoiceId'],
    customerId: customerId as Head['customerId'],
    subscriptionIds: [...subscriptionIds] as Head['subscriptionIds'],
  };
}
