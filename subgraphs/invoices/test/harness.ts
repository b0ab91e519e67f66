import { expect } from 'vitest';
import type { DataOf } from '@tollgate/contracts/event';
import { billKey, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import { subscriptionStarted, type SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged, type TenantSettings } from '@tollgate/contracts/tenancy/tenant';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Price } from '@tollgate/kernel/price/model';
import type { Row } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { startBench, type Bench, type Outcome } from '@tollgate/testing/subgraph';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';
import { flat, graduated, perUnit } from './charges.js';
import { openingOf } from './opening.js';

export const START = '2024-01-01T00:00:00.000Z';
export const MONTHS = [START, ...['02', '03', '04'].map((month) => `2024-${month}-01T00:00:00.000Z`)];
export const GRACE_SECONDS = 3_600;
export const INPUT = newId('mtr');
export const OUTPUT = newId('mtr');

/** An invoice as tests look at it. */
export interface Shown {
  readonly id: string;
  readonly status: string;
  readonly number: string | null;
  readonly revision: number;
  readonly declineCode: string | null;
  readonly taxes: readonly { readonly percent: string }[];
  readonly subtotal: { readonly minor: string };
  readonly discount: { readonly minor: string };
  readonly lines: readonly Row[];
}

type Totals = DataOf<typeof usagePeriodTotalled>['totals'][number];
type Quantities = Readonly<Record<string, string>>;

/** The invoices subgraph on a database of its own, and what other contexts tell it. */
export interface Invoices extends Bench {
  /** A sandbox tenant at the start of January whose settings are known. */
  openTenant(settings?: Partial<TenantSettings>): Promise<TestTenant>;
  /** A customer with a subscription that started. */
  subscribe(to: TestTenant, country: string, more?: Partial<SubscriptionTerms>): Promise<Subscribed>;
  /** Totals of a month that is over, told at its end. */
  close(to: TestTenant, terms: SubscriptionTerms, month: Month): Promise<void>;
  invoicesOf(of: TestTenant, customerId: string): Promise<readonly Shown[]>;
  /** The customer's n-th invoice, once it is there and in this state. */
  invoiceOf(of: TestTenant, customerId: string, nth: number, status?: string): Promise<Shown>;
  finalise(of: TestTenant, invoiceId: string, idempotencyKey?: string): Promise<Outcome & Row>;
  voidIt(of: TestTenant, invoiceId: string, reason: string): Promise<Outcome & Row>;
}

export interface Subscribed {
  readonly customerId: `cus_${string}`;
  readonly terms: SubscriptionTerms;
}

/** What a month came to; `extra` replaces what it says of itself. */
export interface Month extends Partial<Totals> {
  readonly index: number;
  readonly quantities: Quantities;
  /** When it is told; at the end of the month where it is not said. */
  readonly at?: string;
}

const INVOICE = `id number status revision currency declineCode createdAt finalisedAt dueAt paidAt voidedAt
  customer { id } subscription { id } period { from to }
  subtotal { amount minor currency } discount { minor } taxTreatment taxes { name percent amount { minor } }
  tax { minor } total { minor } creditApplied { minor } walletApplied { minor } creditGenerated { minor }
  amountPaid { minor } amountDue { minor }
  lines { id kind key subscription { id } description meter { id } quantity includedQuantity unitAmount
    amount { minor } tax { minor } period { from to } tiers { tier upTo quantity unitAmount flatAmount amount } }`;

/** Starts the subgraph for a suite. */
export async function startInvoices(): Promise<Invoices> {
  const bench = await startBench(create);
  const invoicesOf: Invoices['invoicesOf'] = async (of, customerId) => {
    const query = `query ($id: ID) { invoices(customerId: $id) { nodes { ${INVOICE} } } }`;
    const asked = { id: customerId };
    const data = await bench.ask<{ invoices: { nodes: readonly Shown[] } }>(backend(of), query, asked);
    return data.invoices.nodes;
  };
  return {
    ...bench,
    invoicesOf,
    openTenant: (settings) => openTenant(bench, settings),
    subscribe: async (to, country, more) => {
      const customerId = newId('cus');
      await bench.tell(to, customerChanged, {
        aggregate: customerId,
        data: customerOf(customerId, country, 1),
      });
      const terms = termsFor(customerId, more);
      const start = { aggregate: billKey(customerId), data: openingOf(terms, monthOf(0)) };
      await bench.tell(to, subscriptionBilled, start);
      return { customerId, terms };
    },
    close: (to, terms, { at, ...month }) =>
      bench.tell(to, usagePeriodTotalled, {
        aggregate: terms.subscriptionId,
        data: { totals: [totalsOf(terms, month)] },
        at: at ?? MONTHS[month.index + 1] ?? START,
      }),
    invoiceOf: (of, customerId, nth, status) =>
      waitFor(`invoice ${nth} ${status ?? ''}`, async () => {
        const invoice = (await invoicesOf(of, customerId))[nth];
        return invoice !== undefined && (status === undefined || invoice.status === status) ? invoice : null;
      }),
    finalise: (of, invoiceId, idempotencyKey) =>
      bench.command<Row>(backend(of), {
        name: 'finaliseInvoice',
        input: { invoiceId, idempotencyKey },
        selected: `... on InvoiceFinalised { invoice { id number } } ... on InvoiceNotDraft { status }
          ... on UnknownInvoice { invoiceId } ... on InvalidInput { field }`,
      }),
    voidIt: (of, invoiceId, reason) =>
      bench.command<Row>(backend(of), {
        name: 'voidInvoice',
        input: { invoiceId, reason },
        selected: `... on InvoiceVoided { invoice { status voidedAt amountDue { minor } } }
          ... on InvoiceNotOpen { status } ... on InvalidInput { field }`,
      }),
  };
}

async function openTenant(bench: Bench, settings: object = {}): Promise<TestTenant> {
  const opened = await createTestTenant(bench.platform, { nowAt: START });
  const given = {
    name: 'Test',
    currency: 'USD',
    timeZone: 'UTC',
    country: 'US',
    taxRates: { DE: '19' },
    invoiceGraceSeconds: GRACE_SECONDS,
    groupInvoices: false,
    sandbox: true,
    ...settings,
  };
  const tenantId = opened.id as `ten_${string}`;
  await bench.tell(opened, tenantChanged, {
    aggregate: opened.id,
    data: { tenantId, revision: 1, settings: given },
  });
  await bench.quiet();
  return opened;
}

/** Tells that a subscription started in January, as an earlier release did. */
export function startOf(bench: Bench, to: TestTenant, terms: SubscriptionTerms): Promise<void> {
  return bench.tell(to, subscriptionStarted, {
    aggregate: terms.subscriptionId,
    data: { terms, startsOn: '2024-01-01', period: monthOf(0) },
  });
}

/** Totals as usage publishes them. */
export function totalsOf(terms: SubscriptionTerms, month: Omit<Month, 'at'>): Totals {
  const { index, quantities, ...extra } = month;
  const meters = Object.entries(quantities).map(([meterId, quantity]) => ({
    meterId: meterId as `mtr_${string}`,
    quantity,
    events: 1,
  }));
  const next = monthOf(index + 1);
  return { terms, period: monthOf(index), index, next, revision: 1, meters, ...extra };
}

export function monthOf(index: number) {
  return { from: MONTHS[index] ?? '', to: MONTHS[index + 1] ?? '' };
}

/** A customer as tenancy publishes it. */
export function customerOf(customerId: `cus_${string}`, country: string, revision: number) {
  const unknown = { email: null, taxId: null, address: null };
  const rest = {
    name: 'Ada',
    country,
    timeZone: 'UTC',
    currency: 'USD',
    externalId: null,
    createdOn: '2024-01-01',
  };
  return { customerId, revision, ...unknown, ...rest };
}

/** A fee, input tokens of which a million are included, and output tokens in three tiers. */
export function termsFor(
  customerId: `cus_${string}`,
  more: Partial<SubscriptionTerms> = {},
): SubscriptionTerms {
  const tokens = perUnit('0.0000015', { includedUnits: decimal('1000000') });
  const tiers = graduated(['20000', '0.00001'], ['200000', '0.000008'], [null, '0.000006']);
  return {
    subscriptionId: newId('sub'),
    customerId,
    planId: newId('pln'),
    planCode: 'llm',
    planName: 'LLM API',
    planVersionId: newId('plv'),
    versionNumber: 1,
    currency: 'USD',
    timeZone: 'UTC',
    quantity: decimal('1'),
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
    entitlements: [],
    prices: [
      priceOf('base', null, flat('20')),
      priceOf('input', INPUT, tokens),
      priceOf('output', OUTPUT, tiers),
    ],
    ...more,
  };
}

/** A price as plans publish it; a meter of null is a fee. */
export function priceOf(key: string, meterId: `mtr_${string}` | null, price: Price) {
  const meterCode = meterId === null ? null : `${key}_tokens`;
  const description = meterId === null ? 'LLM API' : `${key[0]?.toUpperCase()}${key.slice(1)} tokens`;
  return { priceId: newId('prc'), key, currency: 'USD', meterId, meterCode, description, price };
}

/** How many invoices of a tenant are in this state. */
export async function countOf({ sql }: Bench, of: TestTenant, status: string): Promise<bigint> {
  const text = 'SELECT count(*) AS n FROM {t}.invoices_invoice WHERE status = $1';
  const [row] = await sql<{ n: bigint }>(of, text, [status]);
  return row?.n ?? 0n;
}

/** The numbers that a tenant gave out. */
export async function numbersOf({ sql }: Bench, of: TestTenant): Promise<number[]> {
  const text = 'SELECT number FROM {t}.invoices_invoice WHERE number IS NOT NULL';
  return (await sql<{ number: string }>(of, text)).map(({ number }) => Number(number.slice(4)));
}

/** Numbers from 1 to the greatest that nobody has. */
export function gapsOf(numbers: readonly number[]): number[] {
  const taken = new Set(numbers);
  expect(taken.size).toBe(numbers.length);
  return Array.from({ length: Math.max(0, ...numbers) }, (_, index) => index + 1).filter(
    (number) => !taken.has(number),
  );
}
