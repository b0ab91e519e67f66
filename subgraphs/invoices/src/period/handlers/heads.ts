import { assert } from '@tollgate/kernel/assert';
import type { Basis } from '../../invoice/domain/basis.js';
import type { Bill, Revision } from '../domain/bill.js';
import type { ClosedStretch } from '../domain/stretch.js';
import type { Terms } from '../domain/terms.js';
import type { Told } from './known.js';

/** An invoice belongs to the paid period it opens; else to the one after that which it closes; else to the current one. */
export function paidPeriodOf(told: Told, last: number | null): number {
  const after = (last ?? -1) + 1;
  if (told.kind === 'revision') return after;
  const { current, closes, opens } = told.bill;
  if (opens && current !== null && current.paid !== null) return current.paid;
  if (closes?.ends === true) return (closes.paid ?? -1) + 1;
  return current?.paid ?? after;
}

/** Whether an invoice opens or closes a paid period. */
export function isOfPeriod(told: Told): boolean {
  if (told.kind === 'revision') return false;
  const { current, closes, opens } = told.bill;
  return closes?.ends === true || (opens && current?.paid !== null);
}

/** The terms that an invoice is made by. */
export function termsFor(told: Told, stretches: readonly ClosedStretch[]): Terms {
  return told.kind === 'bill' ? told.bill.terms : rowOf(told, stretches).terms;
}

/** The stretch that is revised. */
function rowOf(told: Revision, stretches: readonly ClosedStretch[]): ClosedStretch {
  const row = stretches.find(({ number }) => number === told.number);
  assert(row !== undefined, 'what is revised is known');
  return row;
}

/** What an invoice is made for. */
export function headOf(told: Told, stretches: readonly ClosedStretch[]) {
  if (told.kind === 'revision') {
    const { terms, period } = rowOf(told, stretches);
    return { origin: 'late', terms, period, bill: null } as const;
  }
  const { terms, number } = told.bill;
  return { origin: originOf(told.bill), terms, period: coveredBy(told.bill), bill: number } as const;
}

function originOf({ closes, reason }: Bill): Basis['origin'] {
  if (closes?.ends === true) return 'close';
  return reason === 'start' ? 'start' : 'change';
}

/** The period that caused an invoice: the stretch that is closed, else the one that is open. */
function coveredBy({ closes, current, at }: Bill) {
  if (closes !== null) return { from: closes.from, to: closes.to };
  return current === null ? { from: at, to: at } : current.period;
}
