import { invoiceFinalised, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import {
  createTestPlatform,
  createTestTenant,
  TEST_IDENTITY_SECRET,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { create } from '../src/main.js';
import { PAYPAL_WEBHOOK_ID, startGateways, STRIPE_WEBHOOK_SECRET, type Gateways } from './gateways.js';

export const NOW = '2024-02-01T00:00:00.000Z';

/** Payments on a real database against the sandbox, with what other contexts would tell it. */
export interface Collecting {
  readonly platform: TestPlatform;
  readonly tenant: TestTenant;
  readonly gateways: Gateways;
  readonly payments: RunningSubgraph;
  /** A known customer with these payment methods. */
  customer(methods: { readonly stripe?: string; readonly paypal?: string }): Promise<string>;
  finalise(customerId: string, options?: FinaliseOptions): Promise<string>;
  voidInvoice(invoiceId: string, customerId: string): Promise<void>;
  ask<T = Record<string, never>>(query: string, variables?: object, identity?: Partial<Identity>): Promise<T>;
  pay(invoiceId: string, idempotencyKey?: string): Promise<PayOutcome>;
  addMethod(input: object, identity?: Partial<Identity>): Promise<AddOutcome>;
  /** Waits until the invoice's latest payment has this status. */
  settled(invoiceId: string, status: string): Promise<ShownPayment>;
  captures(invoiceId: string): number;
  /** What payments told the others about an invoice. */
  told(invoiceId: string): Promise<{ type: string; data: Record<string, unknown> }[]>;
  stop(): Promise<void>;
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
  readonly attempts: readonly { number: number; provider: string; outcome: string }[];
  readonly reference: string | null;
  readonly settledAt: string | null;
}

export interface PayOutcome {
  readonly __typename: string;
  readonly status?: string;
  readonly payment?: ShownPayment;
}

export interface AddOutcome {
  readonly __typename: string;
  readonly field?: string;
  readonly message?: string;
  readonly paymentMethod?: { readonly id: string; readonly label: string | null; readonly isBackup: boolean };
}

export const PAYMENT = `id status provider declineCode attempts { number provider outcome } reference settledAt`;

/** `worker` runs the jobs; without it the test makes the steps itself. */
export async function startCollecting(roles: readonly ('api' | 'worker')[]): Promise<Collecting> {
  const gateways = await startGateways();
  const opened = await createTestPlatform();
  const platform = { ...opened, roles: new Set(roles) };
  const tenant = await createTestTenant(platform, { nowAt: NOW });
  const apiBase = gateways.sandbox.url;
  const payments = await startSubgraph(
    platform,
    await create(platform, {
      STRIPE_SECRET_KEY: 'sk_test_integration',
      STRIPE_WEBHOOK_SECRET,
      STRIPE_API_BASE: apiBase,
      PAYPAL_CLIENT_ID: 'client',
      PAYPAL_CLIENT_SECRET: 'secret',
      PAYPAL_WEBHOOK_ID,
      PAYPAL_API_BASE: apiBase,
      PROVIDER_TIMEOUT_MS: '2000',
    }),
  );

  const ask: Collecting['ask'] = async <T>(query: string, variables = {}, identity: object = {}) => {
    const who = { kind: 'tenant', tenant: tenant.id, actor: 'test', ...identity } as Identity;
    const headers = { 'x-tollgate-identity': signIdentity(who, TEST_IDENTITY_SECRET) };
    const { data, errors } = await payments.endpoint.execute({ query, variables: { ...variables }, headers });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data as T;
  };
  const addMethod: Collecting['addMethod'] = async (input, identity) =>
    (await ask<{ addPaymentMethod: AddOutcome }>(ADD, { input }, identity)).addPaymentMethod;
  const tell = (...messages: Parameters<typeof publish>[1]) =>
    platform.db.tenant(tenant.scope, (tx) => publish(tx, messages));
  const latest = async (invoiceId: string): Promise<ShownPayment | null> => {
    const { payments: page } = await ask<{ payments: { nodes: ShownPayment[] } }>(
      `query ($id: ID!) { payments(invoiceId: $id) { nodes { ${PAYMENT} } } }`,
      { id: invoiceId },
    );
    return page.nodes[0] ?? null;
  };

  return {
    platform,
    tenant,
    gateways,
    payments,
    ask,
    addMethod,
    pay: async (invoiceId, idempotencyKey) => {
      const input = { invoiceId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
      return (await ask<{ payInvoice: PayOutcome }>(PAY, { input })).payInvoice;
    },
    customer: async (methods) => {
      const customerId = newId('cus');
      await tell(
        outgoing(customerChanged, {
          aggregate: customerId,
          occurredAt: NOW as never,
          data: customerRecord(customerId),
        }),
      );
      for (const [provider, token] of Object.entries(methods)) {
        const added = await addMethod({ customerId, provider: provider.toUpperCase(), token });
        if (added.__typename !== 'PaymentMethodAdded') throw new Error(added.__typename);
      }
      return customerId;
    },
    finalise: async (customerId, { invoiceId = newId('inv'), dueMinor = '2380' } = {}) => {
      const data = {
        ...invoiceHead(invoiceId, customerId),
        dueMinor,
        finalisedAt: NOW,
        dueAt: NOW,
      };
      await tell(
        outgoing(invoiceFinalised, { aggregate: invoiceId, occurredAt: NOW as never, data: data as never }),
      );
      return invoiceId;
    },
    voidInvoice: (invoiceId, customerId) => {
      const data = { ...invoiceHead(invoiceId, customerId), voidedAt: NOW, reason: 'test' };
      return tell(
        outgoing(invoiceVoided, { aggregate: invoiceId, occurredAt: NOW as never, data: data as never }),
      );
    },
    settled: (invoiceId, status) =>
      waitFor(`the payment to be ${status}`, async () => {
        const payment = await latest(invoiceId);
        return payment?.status === status && payment;
      }),
    captures: (invoiceId) =>
      gateways.sandbox.control.captures().filter((one) => one.invoice === invoiceId).length,
    told: async (invoiceId) => {
      const rows = await platform.db.shard('main', (raw) =>
        raw.query<{ envelope: string }>(
          `SELECT envelope FROM {s}.outbox WHERE key LIKE $1 ORDER BY xid, id`,
          [`%${invoiceId}`],
        ),
      );
      const types: readonly string[] = [paymentSettled.type, paymentFailed.type];
      return rows
        .map((row) => JSON.parse(row.envelope) as { type: string; data: Record<string, unknown> })
        .filter((one) => types.includes(one.type));
    },
    stop: async () => {
      await payments.stop();
      await opened.destroy();
      await gateways.stop();
    },
  };
}

function invoiceHead(invoiceId: string, customerId: string) {
  return { invoiceId, customerId, subscriptionId: null, currency: 'USD', totalMinor: '2380', number: 'A-1' };
}

function customerRecord(customerId: string) {
  return {
    customerId: customerId as `cus_${string}`,
    revision: 1,
    name: 'Ada',
    email: null,
    country: 'DE',
    timeZone: 'UTC',
    currency: 'USD',
    taxId: null,
    address: null,
    externalId: null,
    createdOn: '2024-01-01',
  };
}

const ADD = `mutation ($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) {
  __typename
  ... on PaymentMethodAdded { paymentMethod { id provider label isBackup createdAt } }
  ... on InvalidInput { field message }
} }`;

const PAY = `mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) {
  __typename
  ... on PaymentStarted { payment { ${PAYMENT} } }
  ... on PaymentInProgress { payment { ${PAYMENT} } }
  ... on InvoiceNotPayable { status }
} }`;
