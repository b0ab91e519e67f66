import { unreachable } from '@tollgate/kernel/assert';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import type { Override } from './contract.js';
import type { MadeState } from './state.js';

/** Why a subscription cannot keep what was agreed with its customer on another version. */
export type NotKept = 'ENDED' | 'NOT_ACTIVE' | 'CHANGE_WAITS' | 'PHASES' | 'NEGOTIATED_PRICE';

/** Overrides that a subscription keeps on another version of its plan; or why it is left where it is. */
export function keptOverrides(
  state: MadeState,
  version: PlanVersion,
  negotiated: 'keep' | 'end',
): readonly Override[] | NotKept {
  switch (state.status) {
    case 'ended':
      return 'ENDED';
    case 'scheduled':
    case 'incomplete':
    case 'paused':
      return 'NOT_ACTIVE';
    case 'active':
    case 'cancelling': {
      if (state.waiting.change !== null) return 'CHANGE_WAITS';
      if (negotiated === 'end') return [];
      const { phases, overrides, currency } = state.contract;
      if (phases.length > 0) return 'PHASES';
      const places = new Map(
        version.prices.filter((price) => price.currency === currency).map((price) => [price.key, price]),
      );
      return overrides.every((override) => fits(override, places.get(override.key)))
        ? overrides
        : 'NEGOTIATED_PRICE';
    }
    default:
      return unreachable(state);
  }
}

/** A fixed amount is a fee, whatever is used. */
function fits({ price }: Override, place: PlanVersion['prices'][number] | undefined): boolean {
  return place !== undefined && (place.meterId === null || price.model !== 'flat');
}
