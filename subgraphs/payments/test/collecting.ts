import { invoiceCreditApplied, invoiceFinalised, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { startBench, type Bench, type Outcome } from '@tollgate/testing/subgraph';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';
import { PAYPAL_WEBHOOK_ID, startGateways, STRIPE_WEBHOOK_SECRET, type Gateways } from './gateways.js';

export const NOW = '2024-02-01T00:00:00.000Z';

/** Payments on a real database against the sandbox, with what other contexts would tell it. */
export interface Collecting extends Bench {
  readonly tenant: TestTenant;
  /** The tenant's own backend. */
  readonly own: Identity;
  readonly gateways: Gateways;
  /** A known customer with these payment methods. */
  customer(methods: Methods, more?: Partial<CustomerRecord>): Promise<string>;
  finalise(customerId: string, options?: FinaliseOptions): Promise<string>;
  voidInvoice(invoiceId: string, customerId: string): Promise<void>;
  pay(invoiceId: string, idempotencyKey?: string, replaceWaiting?: boolean): Promise<PayOutcome>;
  addMethod(input: object, caller?: Identity): Promise<AddOutcome>;
  /** Waits until the invoice's latest payment has this status. */
  settled(invoiceId: string, status: string): Promise<ShownPayment>;
  captures(invoiceId: string): number;
  /** What payments told the others about an invoice. */
  news(invoiceId: string): Promise<{ type: string; data: Record<string, unknown> }[]>;
}

export interface Methods {
  readonly stripe?: string;
  readonly paypal?: string;
}

export interface FinaliseOptions {
  readonly invoiceId?: string;
  readonly dueMinor?: string;
}

export interface ShownPayment {
  readonly id: string;
  readonly status: string;
  readonly provider: string | null;
  readonly declineCode: string | null;
  readonly amountCaptured: { readonly minor: string } | null;
  readonly attempts: readonly { number: number; provider: string; outcome: string }[];
  readonly reference: string | null;
  readonly settledAt: string | null;
}

export interface PayOutcome extends Outcome {
  readonly status?: string;
  readonly payment?: ShownPayment;
}

export interface AddOutcome extends Outcome {
  readonly field?: string;
  readonly paymentMethod?: { readonly id: string; readonly label: string | null; readonly isBackup: boolean };
}

export interface CollectingOptions {
  /** `worker` runs the jobs; without it the test makes the steps itself. */
  readonly roles: readonly ('api' | 'worker')[];
  /** Other settings than those of a test account. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What payments calls instead of the sandbox, given the sandbox's address. */
  readonly front?: (sandbox: string) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

export const PAYMENT = `id status provider declineCode amountCaptured { minor }
  attempts { number provider outcome } reference settledAt`;

/** Starts payments beside a sandbox of its own. */
export async function startCollecting({ roles, front, environment }: CollectingOptions): Promise<Collecting> {
  const gateways = await startGateways();
  const before = await front?.(gateways.sandbox.url);
  const apiBase = before?.url ?? gateways.sandbox.url;
  const bench = await startBench(create, {
    roles,
    environment: { ...environmentAt(apiBase), SMTP_URL: gateways.sandbox.mail.url, ...environment },
  });
  const tenant = await createTestTenant(bench.platform, { nowAt: NOW });
  const own = backend(tenant);
  const addMethod: Collecting['addMethod'] = (input, caller = own) =>
    bench.command(caller, { name: 'addPaymentMethod', input, selected: ADDED });
  return {
    ...bench,
    ...invoicesOf(bench, tenant),
    tenant,
    own,
    gateways,
    addMethod,
    pay: async (invoiceId, idempotencyKey, replaceWaiting) => {
      const input = { invoiceId, idempotencyKey, replaceWaiting };
      const paid = await bench.command<PayOutcome>(own, { name: 'payInvoice', input, selected: PAID });
      // Invoices has no credit to give.
      if (paid.__typename === 'PaymentStarted' && paid.payment !== undefined)
        await noCredit(bench, tenant, { invoiceId, paymentId: paid.payment.id });
      return paid;
    },
    customer: async (methods, more = {}) => {
      const customerId = newId('cus');
      await bench.tell(tenant, customerChanged, {
        aggregate: customerId,
        data: { ...recordOf(customerId), ...more },
      });
      for (const [provider, token] of Object.entries(methods)) {
        const added = await addMethod({ customerId, provider: provider.toUpperCase(), token });
        if (added.__typename !== 'PaymentMethodAdded') throw new Error(JSON.stringify(added));
      }
      return customerId;
    },
    settled: (invoiceId, status) =>
      waitFor(`the payment to be ${status}`, async () => {
        const { payments } = await bench.ask<{ payments: { nodes: ShownPayment[] } }>(own, LATEST, {
          id: invoiceId,
        });
        const [payment] = payments.nodes;
        return payment?.status === status && payment;
      }),
    captures: (invoiceId) =>
      gateways.sandbox.control.captures().filter((one) => one.invoice === invoiceId).length,
    stop: async () => {
      await bench.stop();
      await before?.stop();
      await gateways.stop();
    },
  };
}

/** Tells payments that credit pays nothing of an invoice that it is about to charge. */
export async function noCredit(
  bench: Bench,
  tenant: TestTenant,
  { invoiceId, paymentId }: { readonly invoiceId: string; readonly paymentId: string },
): Promise<void> {
  const data = { invoiceId, customerId: newId('cus'), paymentId, appliedMinor: '0', appliedAt: NOW };
  await bench.tell(tenant, invoiceCreditApplied, { aggregate: invoiceId, data: data as never });
}

function invoicesOf(bench: Bench, tenant: TestTenant): Pick<Collecting, 'finalise' | 'voidInvoice' | 'news'> {
  const types: readonly string[] = [paymentSettled.type, paymentFailed.type];
  return {
    finalise: async (customerId, { invoiceId = newId('inv'), dueMinor = '2380' } = {}) => {
      const head = { ...headOf(invoiceId, customerId), payerId: customerId };
      const data = { ...head, dueMinor, finalisedAt: NOW, dueAt: NOW };
      await bench.tell(tenant, invoiceFinalised, { aggregate: invoiceId, data: data as never });
      return invoiceId;
    },
    voidInvoice: (invoiceId, customerId) => {
      const data = { ...headOf(invoiceId, customerId), voidedAt: NOW, reason: 'test' };
      return bench.tell(tenant, invoiceVoided, { aggregate: invoiceId, data: data as never });
    },
    news: async (invoiceId) =>
      (await bench.told(tenant))
        .filter(({ type }) => types.includes(type))
        .map(({ type, data }) => ({ type, data: data as Record<string, unknown> }))
        .filter(({ data }) => data['invoiceId'] === invoiceId),
  };
}

const environmentAt = (apiBase: string) => ({
  STRIPE_SECRET_KEY: 'sk_test_integration',
  STRIPE_WEBHOOK_SECRET,
  STRIPE_API_BASE: apiBase,
  PAYPAL_CLIENT_ID: 'client',
  PAYPAL_CLIENT_SECRET: 'secret',
  PAYPAL_WEBHOOK_ID,
  PAYPAL_API_BASE: apiBase,
  PROVIDER_TIMEOUT_MS: '2000',
});

function headOf(invoiceId: string, customerId: string) {
  return { invoiceId, customerId, subscriptionId: null, currency: 'USD', totalMinor: '2380', number: 'A-1' };
}

function recordOf(customerId: `cus_${string}`) {
  const unknown = { email: null, taxId: null, address: null, externalId: null };
  const rest = { name: 'Ada', country: 'DE', timeZone: 'UTC', currency: 'USD', createdOn: '2024-01-01' };
  return { customerId, revision: 1, ...unknown, ...rest };
}

const LATEST = `query ($id: ID!) { payments(invoiceId: $id) { nodes { ${PAYMENT} } } }`;

const ADDED = `... on PaymentMethodAdded { paymentMethod { id provider label isBackup createdAt } }
  ... on InvalidInput { field }`;

const PAID = `... on PaymentStarted { payment { ${PAYMENT} } }
  ... on PaymentInProgress { payment { ${PAYMENT} } }
  ... on InvoiceNotPayable { status }`;
