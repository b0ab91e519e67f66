import type { DataOf } from '@tollgate/contracts/event';
import type { Bill as PublishedBill } from '@tollgate/contracts/plans/bill';
import type { usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { planVersions } from '../../copies/plan-version.js';
import type { Positions } from '../../invoice/domain/position.js';
import { lockInvoices } from '../../invoice/store.js';
import { closingBill, openingBill } from '../earlier.js';
import { billOf, periodOf, positionsOf, termsIn, termsOf, type Resolve } from '../events.js';
import { findSubscriptions, writeSubscriptions } from '../store/subscription.js';
import { carryOut } from './bills.js';
import { hold, stillWaits, type HeldBill } from './held.js';
import type { Told, ToldBill } from './known.js';

type Total = DataOf<typeof usageBillTotalled>['totals'][number];
type EarlierTotal = DataOf<typeof usagePeriodTotalled>['totals'][number];

/** Bills without usage are carried out as plans tells them; the others wait for theirs, and joint ones for each other. */
export async function takeBills(
  tx: TenantTx,
  bills: readonly PublishedBill[],
  occurredAt: Instant,
): Promise<void> {
  const own = bills.filter(({ closes, joint }) => closes === null && joint === undefined);
  const resolve = await planVersions.resolver(tx, termsIn(own));
  const told = own.map((bill) => toldOf(bill, resolve, NO_USAGE));
  await carryOut(tx, told, occurredAt);
}

const NO_USAGE = { revision: 1, positions: {} } as const;

function toldOf(
  published: PublishedBill,
  resolve: Resolve,
  usage: Pick<ToldBill, 'revision' | 'positions'>,
): ToldBill {
  const bill = billOf(published, resolve);
  return { kind: 'bill', inOrder: true, published, waited: false, bill, ...usage };
}

/** Bills that waited for payments: those that still do wait on, ever longer, up to a bound. */
export async function takeHeld(tx: TenantTx, held: readonly HeldBill[]): Promise<void> {
  lockInvoices(tx);
  const resolve = await planVersions.resolver(tx, termsIn(held.map(({ told }) => told.published)));
  for (const one of held) {
    if (await stillWaits(tx, one)) await hold(tx, { ...one, pauseMs: one.pauseMs * 2 });
    else
      await carryOut(
        tx,
        [{ ...toldOf(one.told.published, resolve, one.told), waited: true }],
        one.occurredAt,
      );
  }
}

/** Bills with what was used in the stretches that they close, and later positions of those. */
export async function takeTotals(tx: TenantTx, totals: readonly Total[], occurredAt: Instant): Promise<void> {
  const resolve = await planVersions.resolver(
    tx,
    totals.flatMap(({ bill }) => (bill === null ? [] : termsIn([bill]))),
  );
  const told = totals.map(({ bill, subscriptionId, number, revision, ...counted }): Told => {
    const positions = positionsOf(counted);
    if (bill === null) return { kind: 'revision', subscriptionId, number, revision, positions };
    return toldOf(bill, resolve, { revision, positions });
  });
  await carryOut(tx, told, occurredAt);
}

/** A period that opened, as an earlier release told it; only the first one was billed by that. */
export async function openEarlier(
  tx: TenantTx,
  { terms, period, index }: Pick<EarlierTotal, 'terms' | 'index'> & { readonly period: Period },
  occurredAt: Instant,
): Promise<void> {
  if (index > 0) return keepEarlier(tx, { terms, period, index });
  const bill = openingBill({ terms, period, index });
  const resolve = await planVersions.resolver(tx, termsIn([bill]));
  await carryOut(
    tx,
    [{ ...NO_USAGE, kind: 'bill', inOrder: false, bill: billOf(bill, resolve) }],
    occurredAt,
  );
}

/** What an earlier release told apart of a period that opened: the close of the one before billed its fees. */
async function keepEarlier(
  tx: TenantTx,
  { terms, period, index }: Pick<EarlierTotal, 'terms' | 'index'> & { readonly period: Period },
): Promise<void> {
  lockInvoices(tx);
  const bill = openingBill({ terms, period, index });
  const [resolve, known] = await Promise.all([
    planVersions.resolver(tx, termsIn([bill])),
    findSubscriptions(tx, [terms.subscriptionId]),
  ]);
  const copy = known.get(terms.subscriptionId);
  if (copy === undefined || copy.current.index >= index) return;
  const current = { index, paid: index, period, full: null };
  const standing = { ...copy.standing, bill: null };
  const kept = { ...copy, terms: termsOf(bill.terms, resolve), current, stretchFrom: period.from, standing };
  writeSubscriptions(tx, [kept]);
}

/** Totals of periods as an earlier release told them; a later revision told the whole again. */
export async function closeEarlier(
  tx: TenantTx,
  totals: readonly EarlierTotal[],
  occurredAt: Instant,
): Promise<void> {
  const bills = totals.map(({ terms, index, ...one }) => {
    const next = one.next === null ? null : periodOf(one.next);
    return closingBill({ terms, index, period: periodOf(one.period), next });
  });
  const resolve = await planVersions.resolver(tx, termsIn(bills));
  const told = totals.map(({ revision, meters }, i): Told[] => {
    const bill = bills[i];
    if (bill === undefined) return [];
    const positions = earlierPositions(meters);
    return [{ kind: 'bill', inOrder: false, bill: billOf(bill, resolve), revision, positions }];
  });
  await carryOut(tx, told.flat(), occurredAt);
}

function earlierPositions(meters: EarlierTotal['meters']): Positions {
  return Object.fromEntries(
    meters.map(({ meterId, quantity }) => [meterId, { from: null, to: decimal(quantity) }]),
  );
}
