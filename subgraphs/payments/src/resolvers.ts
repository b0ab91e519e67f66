import { invoiceFinalised } from '@tollgate/contracts/invoices/invoice';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import DataLoader from 'dataloader';
import type { Currency } from '@tollgate/kernel/money/currency';
import { isId } from '@tollgate/kernel/id';
import { majorText } from '@tollgate/kernel/money/money';
import { customerLimit, maySee, readScope, writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { eventually } from '@tollgate/runtime/messaging/wait-for-fact';
import { once } from '@tollgate/runtime/command/idempotency';
import { isBackup } from './method/domain/method.js';
import type { ProviderName } from './providers/domain/provider.js';
import type {
  AddPaymentMethodInput,
  PayInvoiceInput,
  PaymentAttemptOutcome,
  PaymentProvider,
  PaymentStatus,
  Resolvers,
} from './generated/graphql.js';
import {
  addMethod,
  payInvoice,
  removeMethod,
  shownMethod,
  type AddMethodOutcome,
  type PayInvoiceOutcome,
  type ShownMethod,
} from './payment/handlers.js';
import {
  knowsCustomer,
  knowsInvoice,
  methodsOf,
  paymentsById,
  paymentsOfInvoices,
  paymentsPage,
  type PaymentRow,
} from './payment/store/payment.js';
import { CONSUMER } from './payment/events.js';

const PAYMENTS = Symbol('payments');
const INVOICE_PAYMENTS = Symbol('payments of invoices');
const METHODS = Symbol('payment methods of customers');

/** Translates between GraphQL and the handlers; decides nothing. */
export function createResolvers(db: Database): Resolvers {
  const read = <T>(context: RequestContext, work: (tx: TenantTx) => Promise<T>) =>
    db.tenant(readScope(context), work);

  const paymentLoader = (context: RequestContext) =>
    context.once(
      PAYMENTS,
      () =>
        new DataLoader<string, PaymentRow | null>(async (ids) => {
          const rows = await read(context, (tx) => paymentsById(tx, ids, customerLimit(context)));
          const found = new Map(rows.map((row) => [row.id, row]));
          return ids.map((id) => found.get(id) ?? null);
        }),
    );

  const invoiceLoader = (context: RequestContext) =>
    context.once(
      INVOICE_PAYMENTS,
      () =>
        new DataLoader<string, readonly PaymentRow[]>(async (ids) => {
          const rows = await read(context, (tx) => paymentsOfInvoices(tx, ids, customerLimit(context)));
          const found = grouped(rows, (row) => row.invoice_id);
          return ids.map((id) => found.get(id) ?? []);
        }),
    );

  const methodLoader = (context: RequestContext) =>
    context.once(
      METHODS,
      () =>
        new DataLoader<string, readonly ShownMethod[]>(async (ids) => {
          const visible = ids.filter((id) => maySee(context, id));
          const rows = await read(context, (tx) => methodsOf(tx, visible));
          const found = grouped(rows.map(shownMethod), (row) => row.customerId);
          return ids.map((id) => found.get(id) ?? []);
        }),
    );

  const methodsFor = async (context: RequestContext, customerId: string) => {
    const methods = await methodLoader(context).load(customerId);
    return methods.map((method) => methodOf(method, methods));
  };

  return {
    Query: {
      payment: async (_, { id }, context) => {
        const row = await paymentLoader(context).load(id);
        return row === null ? null : paymentOf(row);
      },
      payments: async (_, { invoiceId, customerId, first, after }, context) => {
        const page = pageOf({ first, after });
        const filter = {
          invoiceId: invoiceId ?? null,
          customerId: customerId ?? null,
          limit: customerLimit(context),
        };
        const rows = await read(context, (tx) => paymentsPage(tx, filter, page));
        return connectionOf(rows.map(paymentOf), page);
      },
      paymentMethods: (_, { customerId }, context) => methodsFor(context, customerId),
    },
    Mutation: {
      addPaymentMethod: (_, { input }, context) => addPaymentMethod(db, context, input),
      removePaymentMethod: (_, { input }, context) => removePaymentMethod(db, context, input.paymentMethodId),
      payInvoice: (_, { input }, context) => payOneInvoice(db, context, input),
    },
    Payment: {
      __resolveReference: async ({ id }, context) => {
        const row = await paymentLoader(context).load(id);
        return row === null ? null : paymentOf(row);
      },
    },
    Invoice: {
      __resolveReference: ({ id }) => ({ id }),
      payment: async ({ id }, _, context) => {
        const [latest] = await invoiceLoader(context).load(id);
        return latest === undefined ? null : paymentOf(latest);
      },
      payments: async ({ id }, _, context) => (await invoiceLoader(context).load(id)).map(paymentOf),
    },
    Customer: {
      __resolveReference: ({ id }) => ({ id }),
      paymentMethods: ({ id }, _, context) => methodsFor(context, id),
    },
  };
}

async function addPaymentMethod(db: Database, context: RequestContext, input: AddPaymentMethodInput) {
  const scope = methodScope(context);
  const { customerId, provider, token, providerCustomer = null, label = null } = input;
  if (!(await isKnownCustomer(db, context, scope, customerId))) return unknownCustomer(customerId);
  const body = { customerId, provider: nameOf(provider), token, providerCustomer, label };
  const command = { name: 'addPaymentMethod', key: input.idempotencyKey, body };
  const [outcome, methods] = await db.tenant(scope, async (tx) => {
    const added = await once<AddMethodOutcome>(tx, command, () => addMethod(tx, body), conflict);
    const subject = added.__typename === 'PaymentMethodAdded' ? added.paymentMethod.id : customerId;
    await audit(tx, context, { command: command.name, subject, outcome: added.__typename });
    return [added, await methodsOf(tx, [customerId])];
  });
  if (outcome.__typename !== 'PaymentMethodAdded') return outcome;
  const paymentMethod = methodOf(outcome.paymentMethod, methods);
  return { __typename: 'PaymentMethodAdded' as const, paymentMethod };
}

async function removePaymentMethod(db: Database, context: RequestContext, paymentMethodId: string) {
  const removed = await db.tenant(methodScope(context), async (tx) => {
    const done = await removeMethod(tx, paymentMethodId, customerLimit(context));
    const outcome = done ? 'PaymentMethodRemoved' : 'UnknownPaymentMethod';
    await audit(tx, context, { command: 'removePaymentMethod', subject: paymentMethodId, outcome });
    return done;
  });
  if (removed) return { __typename: 'PaymentMethodRemoved' as const, paymentMethodId };
  const message = 'There is no such payment method.';
  return { __typename: 'UnknownPaymentMethod' as const, message, paymentMethodId };
}

async function payOneInvoice(db: Database, context: RequestContext, input: PayInvoiceInput) {
  const scope = writeScope(context);
  const { invoiceId, idempotencyKey: key } = input;
  const known = () => db.tenant(scope, (tx) => knowsInvoice(tx, invoiceId));
  const needed = { db, scope, consumer: CONSUMER, contract: invoiceFinalised, aggregates: [invoiceId] };
  await eventually(needed, async () => ((await known()) ? true : null));
  const command = { name: 'payInvoice', key, body: { invoiceId } };
  const outcome = await db.tenant(scope, async (tx) => {
    const paid = await once<PayInvoiceOutcome>(tx, command, () => payInvoice(tx, invoiceId), conflict);
    await audit(tx, context, { command: command.name, subject: invoiceId, outcome: paid.__typename });
    return paid;
  });
  return 'payment' in outcome ? { ...outcome, payment: paymentOf(outcome.payment) } : outcome;
}

/** Payment methods are what portal tokens may change too, for their own customer. */
function methodScope(context: RequestContext): Scope {
  return context.identity.kind === 'customer' ? readScope(context) : writeScope(context);
}

async function isKnownCustomer(db: Database, context: RequestContext, scope: Scope, customerId: string) {
  if (!isId('cus', customerId) || !maySee(context, customerId)) return false;
  const known = () => db.tenant(scope, (tx) => knowsCustomer(tx, customerId));
  const needed = { db, scope, consumer: CONSUMER, contract: customerChanged, aggregates: [customerId] };
  return (await eventually(needed, async () => ((await known()) ? true : null))) !== null;
}

function unknownCustomer(customerId: string) {
  return { __typename: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
}

function conflict(message: string) {
  return { __typename: 'IdempotencyConflict' as const, message };
}

function paymentOf(row: PaymentRow) {
  const amount = { minor: BigInt(row.amount_minor), currency: row.currency as Currency };
  return {
    id: row.id,
    invoice: { id: row.invoice_id },
    customer: { id: row.customer_id },
    amount: { amount: majorText(amount), minor: row.amount_minor, currency: row.currency },
    status: row.status.toUpperCase() as PaymentStatus,
    provider: row.provider === null ? null : enumOf(row.provider),
    declineCode: row.decline_code,
    attempts: row.attempts.map((attempt) => ({
      number: attempt.number,
      provider: enumOf(attempt.provider),
      outcome: attempt.outcome.toUpperCase() as PaymentAttemptOutcome,
      code: attempt.code,
      at: attempt.at,
    })),
    reference: row.reference,
    createdAt: row.created_at,
    settledAt: row.settled_at,
  };
}

function methodOf(method: ShownMethod, all: readonly ShownMethod[]) {
  const { id, provider, label, createdAt } = method;
  return { id, provider: enumOf(provider), label, isBackup: isBackup(provider, all), createdAt };
}

function enumOf(provider: ProviderName): PaymentProvider {
  return provider === 'stripe' ? 'STRIPE' : 'PAYPAL';
}

function nameOf(provider: PaymentProvider): ProviderName {
  return provider === 'STRIPE' ? 'stripe' : 'paypal';
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
