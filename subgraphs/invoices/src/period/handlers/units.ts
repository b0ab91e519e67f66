import { newId } from '@tollgate/runtime/base/new-id';
import type { Known } from './known.js';

/** What is billed on one invoice, and the id of that. */
export interface Unit {
  readonly id: string;
  /** One, or several subscriptions of a customer in the order in which they were made. */
  readonly members: readonly Known[];
}

/** Joint bills together, the others each alone, in the order in which their invoices are made: with the last of them. */
export function unitsOf(known: readonly Known[]): Unit[] {
  const names = known.map(({ told }, place) => (told.kind === 'bill' && told.bill.joint) || `${place}`);
  const last = new Map(names.map((name, place) => [name, place]));
  return known.flatMap((_one, place): Unit[] => {
    const name = names[place] ?? '';
    if (last.get(name) !== place) return [];
    return [{ id: newId('inv'), members: known.filter((_other, i) => names[i] === name) }];
  });
}
