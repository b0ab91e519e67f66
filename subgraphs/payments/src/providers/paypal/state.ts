import { assert } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import type {
  AuthorizationWithAdditionalData,
  Money as PaypalMoney,
  Order,
  OrdersCapture,
} from '@paypal/paypal-server-sdk';
import type { AuthoriseRequest, ProviderPaymentState, ProviderPaymentStatus } from '../domain/provider.js';
import { fromPaypalValue } from '../amounts.js';

/** The holds on an order; we make one, PayPal's own pages could make more. */
export function holdsOf(order: Order): readonly AuthorizationWithAdditionalData[] {
  return order.purchaseUnits?.flatMap((unit) => unit.payments?.authorizations ?? []) ?? [];
}

/** The captures on an order. */
export function capturesOf(order: Order): readonly OrdersCapture[] {
  return order.purchaseUnits?.flatMap((unit) => unit.payments?.captures ?? []) ?? [];
}

/** An amount of PayPal's as money. */
export function moneyOf(amount: PaypalMoney | undefined): Money {
  const money = amount === undefined ? null : fromPaypalValue(amount.value, amount.currencyCode);
  assert(money !== null, 'PayPal answers in a currency that it was asked for');
  return money;
}

/** What PayPal holds about a payment, in the port's words. */
export function stateOfOrder(order: Order): ProviderPaymentState {
  const unit = order.purchaseUnits?.[0];
  const hold = holdsOf(order)[0];
  const capture = capturesOf(order)[0];
  return {
    outcome: 'found',
    reference: order.id ?? '',
    status: statusOf(order, hold, capture),
    money: moneyOf(capture?.amount ?? unit?.amount),
    ...(hold?.id === undefined ? {} : { authorisation: hold.id }),
    ...(capture?.id === undefined ? {} : { capture: capture.id }),
    ...namesOf(unit?.customId),
  };
}

/** What PayPal calls a payment by: `tenant:payment:invoice`. */
export function customIdOf(names: Pick<AuthoriseRequest, 'tenant' | 'paymentId' | 'invoiceId'>): string {
  return `${names.tenant}:${names.paymentId}:${names.invoiceId}`;
}

/** Whose payment it is, as we told PayPal when we created the order. */
export function namesOf(customId: string | undefined): { tenant?: string; paymentId?: string } {
  const [tenant, paymentId] = customId?.split(':') ?? [];
  return { ...(tenant ? { tenant } : {}), ...(paymentId ? { paymentId } : {}) };
}

/** Of an order without a hold; an approved one gives it to who asks. */
const UNHELD: Readonly<Record<string, ProviderPaymentStatus>> = {
  APPROVED: 'approved',
  PAYER_ACTION_REQUIRED: 'requires_action',
};

function statusOf(
  order: Order,
  hold: AuthorizationWithAdditionalData | undefined,
  capture: OrdersCapture | undefined,
): ProviderPaymentStatus {
  if (capture !== undefined) {
    if (capture.status === 'PENDING') return 'processing';
    return capture.status === 'DECLINED' || capture.status === 'FAILED' ? 'declined' : 'captured';
  }
  if (hold === undefined) return UNHELD[order.status ?? ''] ?? 'unpaid';
  if (hold.status === 'VOIDED') return 'voided';
  if (hold.status === 'DENIED') return 'declined';
  if (hold.status === 'CAPTURED' || hold.status === 'PARTIALLY_CAPTURED') return 'captured';
  return hold.status === 'PENDING' ? 'processing' : 'authorised';
}
