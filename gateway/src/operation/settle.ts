import type { Operation } from './operations.js';
import type { CallerBudget } from '../caller/budget.js';
import type { Caller } from '../caller/identity.js';

/** What costs less is not worth counting its answer. */
const SETTLED_FROM_COST = 200;

/** An operation that was paid for and answered. */
export interface Settled {
  readonly caller: Caller;
  readonly operation: Operation | null;
  readonly data: unknown;
}

/** Who paid for long lists and got short ones has the difference back; nothing where there is no answer. */
export function settle(budget: CallerBudget, { caller, operation, data }: Settled): void {
  if (operation === null || operation.cost < SETTLED_FROM_COST || data === undefined || data === null) return;
  const account = { paid: operation.cost, answered: operation.costOf(data) };
  // Where it cannot be given back it is spent: the window is over soon.
  budget.giveBack(caller.key, account).catch(() => undefined);
}
