import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, UTC, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Basis, BasisCoupon, LinePrice } from '../src/invoice/domain/basis.js';
import { invoiceDecider } from '../src/invoice/domain/invoice.js';
import { NO_FUNDS } from '../src/invoice/domain/settled.js';
import type { Invoice } from '../src/invoice/domain/state.js';
import type { Bill, LegsAsked } from '../src/period/domain/bill.js';
import { NOTHING_WAITS, planBill } from '../src/period/domain/plan-bill.js';
import type { Terms } from '../src/period/domain/terms.js';
import { liveItems } from '../src/period/handlers/items.js';
import { basisOf, flat, perUnit, USD } from './charges.js';

/** One month of a subscription, billed in memory: every bill sees the invoices that those before it made. */
export const MAY: Period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };

/** What is bought: a fixed fee, and one for each seat. */
export interface Bought {
  readonly base: string;
  readonly seat: string;
  readonly quantity: string;
}

/** A change inside the month. */
export interface Changed {
  readonly at: Instant;
  readonly bought: Bought;
  /** Which fees; null = nothing is prorated. */
  readonly of: 'fees' | 'quantity' | null;
  readonly grain: LegsAsked['grain'];
}

/** The invoices of a month that begins with this, and goes on with these changes. */
export function billed(
  bought: Bought,
  changes: readonly Changed[],
  coupons: readonly BasisCoupon[] = [],
): readonly Invoice[] {
  const made: { readonly id: string; readonly invoice: Invoice }[] = [];
  let since = 0;
  const carryOut = (bill: Bill) => {
    const { terms, number, at } = bill;
    const wanted = { subscriptionId: terms.subscriptionId, at, standing: null };
    const items = bill.legs === null ? [] : liveItems(made, wanted);
    const context = {
      known: [],
      newInvoiceId: `inv_${number}`,
      billedLines: [],
      items,
      waiting: NOTHING_WAITS,
    };
    const { draft } = planBill({ bill, revision: 1, positions: {} }, context);
    if (draft === null) return;
    const charges = draft.charges.map((one, i) => ({ ...one, lineId: `lin_${number}_${i}` as const }));
    const head = { bill: number, since: terms.since, spent: draft.spent, coupons };
    made.push({ id: `inv_${number}`, invoice: finalOf({ ...basisOf(charges, null), ...head }, at) });
  };
  const current = { index: 0, paid: 0, period: MAY, full: null };
  const nothing = { closes: null, legs: null, addons: [], credit: null, over: null, joint: null };
  const first = { number: 0, reason: 'start', at: MAY.from, current, opens: true } as const;
  carryOut({ ...nothing, ...first, terms: termsOf(bought, since) });
  changes.forEach(({ at, of, grain, bought: now }, place) => {
    const number = place + 1;
    if (of !== 'quantity') since = number;
    const legs = of === null ? null : { grain, of };
    const head = { number, reason: 'change', at, current, opens: false } as const;
    carryOut({ ...nothing, ...head, legs, terms: termsOf(now, since) });
  });
  return made.map(({ invoice }) => invoice);
}

function finalOf(basis: Basis, at: Instant): Invoice {
  const commands = [
    { type: 'DraftInvoice', basis, basisHash: 'hash', draftedAt: at, finalAt: at },
    { type: 'FinaliseInvoice', number: 'INV-1', funds: NO_FUNDS, finalisedAt: at, dueAt: at },
  ] as const;
  const state = commands.reduce((before, command) => {
    const decided = invoiceDecider.decide(command, before);
    if (!decided.ok) throw new Error(decided.rejection.message);
    return foldEvents(invoiceDecider, decided.events, before);
  }, invoiceDecider.initial);
  if (state.status === 'none') throw new Error('it was made');
  return state;
}

function termsOf({ base, seat, quantity }: Bought, since: number): Terms {
  const price = (key: string, one: LinePrice) => ({
    ...{ priceId: `prc_${key}`, key, meterId: null, meterCode: null, description: key, price: one },
  });
  return {
    ...{ subscriptionId: 'sub_1', customerId: 'cus_1', planVersionId: 'plv_1', currency: USD, timeZone: UTC },
    quantity: decimal(quantity),
    interval: { unit: 'month', count: 1 },
    ...{ alignment: 'anniversary', grain: 'day', kept: {}, since, minimum: null },
    prices: [price('base', flat(base)), price('seats', perUnit(seat))],
  };
}
