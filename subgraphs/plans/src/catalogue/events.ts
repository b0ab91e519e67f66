import {
  PART_PRICES_MAX,
  planVersionPublished,
  type PlanVersionPart,
} from '@tollgate/contracts/plans/version';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Plan, PlanEvent } from './domain/plan.js';
import { presentVersion } from './domain/plan-v1.js';
import type { PlanPrice } from './domain/price.js';
import type { PlanVersion } from './domain/terms.js';

/** What others hear of plans: their versions, whole. */
export function messagesOf(changes: readonly Change<Plan | null, PlanEvent>[]): Outgoing[] {
  return changes.flatMap(({ events, after: { state }, at }) =>
    state === null
      ? []
      : events.flatMap((event) =>
          event.type === 'PlanVersionPublished'
            ? versionMessages(state, presentVersion(event.version), at)
            : [],
        ),
  );
}

/** What one message may say of prices: a broker takes about a megabyte. */
const PART_MAX_CHARS = 400_000;

/** A version as it is told to others, in parts where it is long; messages of one plan keep their order. */
export function versionMessages(
  plan: Pick<Plan, 'id' | 'code' | 'name'>,
  version: PlanVersion,
  occurredAt: Instant,
): Outgoing[] {
  const {
    id: planVersionId,
    number: versionNumber,
    planId,
    prices,
    minimums,
    thresholds,
    entitlements,
    ...rest
  } = version;
  const pieces = piecesOf(prices);
  return pieces.map((piece, part) => {
    const data: PlanVersionPart = {
      ...rest,
      ...{ planVersionId, versionNumber, planId, planCode: plan.code, planName: plan.name },
      ...{ part, parts: pieces.length, prices: piece },
      minimums: [...minimums],
      thresholds: thresholds.map((one) => ({ ...one, amounts: [...one.amounts] })),
      entitlements: [...entitlements],
    };
    return outgoing(planVersionPublished, { aggregate: plan.id, occurredAt, data });
  });
}

/** Prices in their order, as many together as fit into a message; one piece at least. */
function piecesOf(prices: PlanVersion['prices']): PlanPrice[][] {
  let piece: PlanPrice[] = [];
  let chars = 0;
  const pieces = [piece];
  for (const price of prices) {
    const size = JSON.stringify(price).length;
    if (piece.length >= PART_PRICES_MAX || (piece.length > 0 && chars + size > PART_MAX_CHARS)) {
      piece = [];
      chars = 0;
      pieces.push(piece);
    }
    piece.push(price);
    chars += size;
  }
  return pieces;
}
