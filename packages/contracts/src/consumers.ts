/**
 * Which events each consumer takes: a sandbox's clock waits until all of them have taken a message. A test compares
 * this list with what the subgraphs consume.
 */
export const CONSUMERS = {
  plans: [
    'tenant.changed',
    'customer.changed',
    'meter.created',
    'invoice.paid',
    'invoice.voided',
    'invoice.written_off',
    'invoice.creditability',
    'dunning.changed',
    'dunning.ended',
  ],
  'plans-live': ['subscription.changed'],
  usage: [
    'customer.changed',
    'plan.version_published',
    'subscription.activation',
    'subscription.billed',
    'subscription.started',
    'subscription.period_started',
    'subscription.ended',
    'subscription.period_ended',
    'dunning.changed',
  ],
  'usage-live': ['usage.alert_reached'],
  invoices: [
    'tenant.changed',
    'customer.changed',
    'customer.payers_changed',
    'subscription.started',
    'subscription.period_started',
    'subscription.ended',
    'plan.version_published',
    'coupon.applied',
    'coupon.removed',
    'contract.charged',
    'contract.committed',
    'subscription.activation',
    'quote.offered',
    'subscription.billed',
    'usage.bill_totalled',
    'usage.period_totalled',
    'usage.progressed',
    'payment.settled',
    'payment.failed',
    'payment.refunded',
    'payment.refund_rejected',
    'payment.credit_asked',
    'dispute.opened',
    'dispute.closed',
    'dunning.ended',
  ],
  'invoices-live': ['invoice.changed', 'wallet.changed'],
  payments: [
    'tenant.changed',
    'customer.changed',
    'invoice.finalised',
    'invoice.credit_applied',
    'invoice.credited',
    'invoice.refunded',
    'invoice.written_off',
    'invoice.paid',
    'invoice.voided',
    'payment.failed',
  ],
  'payments-live': ['payment.changed'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const BY_TYPE: ReadonlyMap<string, readonly string[]> = consumersByType();

/** The consumers that take events of this type, in any version. */
export function consumersOf(type: string): readonly string[] {
  return BY_TYPE.get(type) ?? [];
}

function consumersByType(): Map<string, string[]> {
  const byType = new Map<string, string[]>();
  for (const [consumer, types] of Object.entries(CONSUMERS))
    for (const type of types) byType.set(type, [...(byType.get(type) ?? []), consumer]);
  return byType;
}
