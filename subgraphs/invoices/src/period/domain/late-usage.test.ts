import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDecimal, decimal, subDecimal, type Decimal } from '@tollgate/kernel/number/decimal';
import { instant, UTC, type Period } from '@tollgate/kernel/time/time';
import { perUnit, USD } from '../../../test/charges.js';
import type { Bill } from './bill.js';
import type { ChargePlan } from '../../invoice/domain/basis.js';
import { planBill, planRevision } from './plan-bill.js';
import type { ClosedStretch } from './stretch.js';
import type { Terms } from './terms.js';

const NONE_WAITS = { charges: [], isLastChance: false };
const METERS = ['mtr_a', 'mtr_b', 'mtr_c'] as const;
const JANUARY: Period = { from: instant('2024-01-01T00:00:00Z'), to: instant('2024-02-01T00:00:00Z') };
const NONE = decimal('0');

const terms: Terms = {
  subscriptionId: 'sub_1',
  customerId: 'cus_1',
  planVersionId: 'plv_1',
  currency: USD,
  timeZone: UTC,
  quantity: decimal('1'),
  interval: { unit: 'month', count: 1 },
  alignment: 'anniversary',
  grain: 'day',
  kept: {},
  since: 0,
  minimum: null,
  prices: METERS.map((meterId) => ({
    priceId: `prc_${meterId}`,
    key: meterId,
    meterId,
    meterCode: meterId,
    description: meterId,
    price: perUnit('0.01'),
  })),
};

/** The end of the subscription, with January. */
const LAST: Bill = {
  number: 1,
  reason: 'cancel',
  at: JANUARY.to,
  terms,
  current: null,
  opens: false,
  closes: { index: 0, paid: 0, period: JANUARY, full: null, ...JANUARY, ends: true, terms },
  legs: null,
  addons: [],
  credit: null,
  over: 'ended',
  joint: null,
};

/** What happens to the last period of a subscription that ended, and to the drafts that bill it. */
const happenings = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('use' as const),
      meter: fc.constantFrom(...METERS),
      quantity: fc.integer({ min: 1, max: 1_000 }),
    }),
    fc.record({ do: fc.constant('finalise' as const), pick: fc.nat(9) }),
  ),
  { maxLength: 20 },
);

/** Invoices by id, and how the period stands. */
class Books {
  readonly invoices = new Map<string, { charges: readonly ChargePlan[]; isDraft: boolean }>();
  row: ClosedStretch | null = null;
  latest: Record<string, Decimal> = {};
  revision = 0;

  tell(): void {
    this.revision += 1;
    const { revision } = this;
    const positions = Object.fromEntries(
      Object.entries(this.latest).map(([meterId, to]) => [meterId, { from: null, to }]),
    );
    const newInvoiceId = `inv_${this.invoices.size + 1}`;
    const known = this.row === null ? [] : [this.row];
    const context = { known, newInvoiceId, billedLines: [], items: [], waiting: NONE_WAITS, standing: null };
    const closes = (id: string) => {
      const invoice = this.invoices.get(id);
      return invoice?.isDraft === true && invoice.charges.some(({ kind }) => kind === 'usage');
    };
    const told = { subscriptionId: 'sub_1', number: 1, revision, positions };
    const plan =
      this.row === null
        ? planBill({ bill: LAST, revision, positions }, context)
        : planRevision(told, { ...context, closes });
    if (plan === null) throw new Error('the stretch is known');
    if (plan.draft !== null) this.invoices.set(newInvoiceId, { charges: plan.draft.charges, isDraft: true });
    if (plan.retotal !== null) this.#retotal(plan.retotal.invoiceId);
    this.row = plan.stretches[0] ?? this.row;
  }

  finalise(pick: number): void {
    const drafts = [...this.invoices.values()].filter(({ isDraft }) => isDraft);
    const draft = drafts[pick % Math.max(drafts.length, 1)];
    if (draft !== undefined) draft.isDraft = false;
  }

  billed(meterId: string): Decimal {
    return [...this.invoices.values()]
      .flatMap(({ charges }) => charges)
      .filter((charge) => charge.meterId === meterId)
      .map((one) => (one.kind === 'late' ? subDecimal(one.quantity, one.billedQuantity) : one.quantity))
      .reduce(addDecimal, NONE);
  }

  #retotal(invoiceId: string): void {
    const draft = this.invoices.get(invoiceId);
    const charges = (draft?.charges ?? []).map((one) =>
      one.kind === 'usage' ? { ...one, quantity: this.latest[one.meterId ?? ''] ?? NONE } : one,
    );
    this.invoices.set(invoiceId, { charges, isDraft: true });
  }
}

test('of a period that is over every meter is billed whole and once, however late and in which order it comes', () => {
  fc.assert(
    fc.property(happenings, (list) => {
      const books = new Books();
      books.tell();
      for (const one of list) {
        if (one.do === 'finalise') books.finalise(one.pick);
        else {
          books.latest[one.meter] = addDecimal(books.latest[one.meter] ?? NONE, decimal(`${one.quantity}`));
          books.tell();
        }
      }
      for (const meter of METERS) expect(books.billed(meter)).toBe(books.latest[meter] ?? NONE);
    }),
    { numRuns: 500 },
  );
});
