import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { billedBy, isFor } from '../../invoice/domain/joint.js';
import { creditedOn, takenFrom } from '../../invoice/domain/credited.js';
import { linesAfterCoupons } from '../../invoice/domain/computation.js';
import { isChargedBack } from '../../invoice/domain/dispute.js';
import type { StoredInvoice } from '../../invoice/store.js';
import { findCovering } from '../store/invoices.js';
import type { Bill, Standing } from '../domain/bill.js';
import type { LiveItem } from '../domain/legs.js';

/** Whose items are looked for, and when. */
export interface WantedItems {
  readonly subscriptionId: string;
  readonly at: Instant;
  readonly standing: Standing | null;
}

/** Fees of a subscription that still cover something, the older invoice's first: neither spent nor cut. */
export async function readLiveItems(tx: TenantTx, wanted: WantedItems): Promise<LiveItem[]> {
  const { subscriptionId, at } = wanted;
  const found = await findCovering(tx, subscriptionId, at);
  return liveItems(found, wanted);
}

/** Those that a bill gives back of: of all invoices, or of one that could not be collected. */
export function creditedBy(
  { invoiceId }: NonNullable<Bill['credit']>,
  items: readonly LiveItem[],
): readonly LiveItem[] {
  return invoiceId === null ? items : items.filter((item) => item.invoiceId === invoiceId);
}

/** The same of invoices in hand. */
export function liveItems(
  found: readonly StoredInvoice[],
  { subscriptionId, at, standing }: WantedItems,
): LiveItem[] {
  const standingOnes = found.filter(({ invoice }) => invoice.status !== 'void');
  const spent = new Set(standingOnes.flatMap(({ invoice }) => invoice.basis.spent ?? []));
  const taken = takenFrom(standingOnes.map(({ invoice }) => invoice.basis));
  const cutThrough = standing?.cutThrough ?? -1;
  return standingOnes.flatMap(({ id: invoiceId, invoice }) => {
    const { basis, lines } = invoice;
    const { bill = Infinity, since = 0 } = billedBy(basis, subscriptionId);
    if (bill <= cutThrough) return [];
    const credited = creditedOn(invoice);
    const afterCoupons = linesAfterCoupons(invoice);
    return basis.charges.flatMap((charge): LiveItem[] => {
      if (charge.kind !== 'fee' && charge.kind !== 'charge') return [];
      if (!isFor(basis, charge, subscriptionId)) return [];
      const { lineId, period } = charge;
      if (spent.has(lineId) || period.to <= at) return [];
      const place = lines.findIndex((line) => line.id === lineId);
      const line = lines[place];
      assert(line !== undefined, 'every fee has its line');
      const leftMinor = line.amountMinor - (credited.get(lineId) ?? 0n) - (taken.get(lineId) ?? 0n);
      const after = afterCoupons[place];
      assert(after !== undefined, 'every line has an amount after coupons');
      const { amountMinor } = line;
      const isUnpaid = (invoice.status === 'uncollectible' || isChargedBack(invoice)) && {
        isUnpaid: true as const,
      };
      const item = { invoiceId, lineId, charge, since, amountMinor, leftMinor, tax: basis.tax };
      return [{ ...item, afterCoupons: after, ...isUnpaid }];
    });
  });
}
