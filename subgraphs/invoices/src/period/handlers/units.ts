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
  const units = new Map<string, Known[]>();
  for (const [place, one] of known.entries()) {
    const name = (one.told.kind === 'bill' && one.told.bill.joint) || `${place}`;
    const members = units.get(name) ?? [];
    members.push(one);
    // To the end of the line.
    units.delete(name);
    units.set(name, members);
  }
  return [...units.values()].map((members) => ({ id: newId('inv'), members }));
}
