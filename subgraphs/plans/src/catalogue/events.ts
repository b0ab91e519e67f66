import { planVersionPublished, type PlanVersionRecord } from '@tollgate/contracts/plans/version';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Plan, PlanEvent } from './domain/plan.js';
import { presentVersion } from './domain/plan-v1.js';
import type { PlanVersion } from './domain/terms.js';

/** What others hear of plans: their versions, whole. */
export function messagesOf(changes: readonly Change<Plan | null, PlanEvent>[]): Outgoing[] {
  return changes.flatMap(({ events, after: { state }, at }) =>
    state === null
      ? []
      : events.flatMap((event) =>
          event.type === 'PlanVersionPublished'
            ? [versionMessage(state, presentVersion(event.version), at)]
            : [],
        ),
  );
}

/** A version as it is told to others; those of one plan keep their order. */
export function versionMessage(
  plan: Pick<Plan, 'id' | 'code' | 'name'>,
  version: PlanVersion,
  occurredAt: Instant,
): Outgoing {
  const {
    id: planVersionId,
    number: versionNumber,
    planId,
    prices,
    minimums,
    entitlements,
    ...rest
  } = version;
  const data: PlanVersionRecord = {
    ...rest,
    ...{ planVersionId, versionNumber, planId, planCode: plan.code, planName: plan.name },
    prices: [...prices],
    minimums: [...minimums],
    entitlements: [...entitlements],
  };
  return outgoing(planVersionPublished, { aggregate: plan.id, occurredAt, data });
}
