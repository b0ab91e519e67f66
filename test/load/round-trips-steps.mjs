// What is counted: every mutation in an order that makes sense, and the main queries. `$name` in an input is what an
// earlier step remembered.

const customer = { name: 'Customer', country: 'US', timeZone: 'UTC', currency: 'USD' };
const invoicesOf = (name) =>
  `{ customer(id: "$${name}") { invoices(first: 5) { nodes { id status dunning { id } } } } }`;

/**
 * Mutations, in order. `as` is who asks: staff, or else the tenant's backend; `fields` the success type with what is
 * asked of it; `keep` where in it later steps find what they need, by name. A `find` is a query that remembers and is
 * not counted, nor is a step with `setup`; `label` is what a step is counted under where that is not its name.
 */
export const MUTATIONS = [
  {
    name: 'createTenant',
    as: 'staff',
    input: { name: 'Counted', currency: 'USD', timeZone: 'UTC', country: 'US', sandbox: true },
    fields: 'TenantCreated { tenant { id now } apiKey }',
    keep: { tenant: 'tenant.id', now: 'tenant.now', backend: 'apiKey' },
  },
  {
    name: 'updateTenantSettings',
    input: { invoiceGraceSeconds: 604_800, dunning: { retryAfterDays: [3, 7], terminalAction: 'CANCEL' } },
    fields: 'TenantSettingsUpdated { tenant { id } }',
  },
  {
    name: 'createApiKey',
    input: { name: 'second' },
    fields: 'ApiKeyCreated { apiKey { id } }',
    keep: { key: 'apiKey.id' },
  },
  { name: 'revokeApiKey', input: { id: '$key' }, fields: 'ApiKeyRevoked { apiKey { id } }' },
  {
    name: 'createMeter',
    input: { code: 'calls', name: 'Calls', eventType: 'call', aggregation: 'SUM', property: 'quantity' },
    fields: 'MeterCreated { meter { id } }',
    keep: { meter: 'meter.id' },
  },
  {
    name: 'updateMeter',
    input: { meterId: '$meter', externalId: 'meter-1', metadata: { team: 'core' } },
    fields: 'MeterUpdated { meter { id } }',
  },
  { name: 'createProduct', input: { name: 'Product' }, fields: 'ProductCreated { product { id } }' },
  {
    name: 'createPlan',
    input: { name: 'Plan', code: 'plan', interval: 'MONTH', prices: prices('10.00') },
    fields: 'PlanCreated { plan { id } }',
    keep: { plan: 'plan.id' },
  },
  {
    name: 'publishPlanVersion',
    input: { planId: '$plan', prices: prices('11.00') },
    fields: 'PlanVersionPublished { plan { id } }',
  },
  {
    name: 'updatePlan',
    input: { planId: '$plan', externalId: 'plan-1', metadata: { team: 'core' } },
    fields: 'PlanUpdated { plan { id } }',
  },
  {
    name: 'createPlanDraft',
    input: { planId: '$plan' },
    fields: 'PlanDraftCreated { draft { id } }',
    keep: { draft: 'draft.id' },
  },
  {
    name: 'updatePlanDraft',
    input: { draftId: '$draft', prices: prices('12.00') },
    fields: 'PlanDraftUpdated { draft { id } }',
  },
  {
    name: 'publishPlanDraft',
    input: { draftId: '$draft' },
    fields: 'PlanDraftPublished { version { id } }',
  },
  {
    name: 'createPlanDraft',
    input: { planId: '$plan' },
    fields: 'PlanDraftCreated { draft { id } }',
    keep: { unwanted: 'draft.id' },
    setup: true,
  },
  {
    name: 'discardPlanDraft',
    input: { draftId: '$unwanted' },
    fields: 'PlanDraftDiscarded { draft { id } }',
  },
  {
    name: 'migrateSubscriptions',
    input: { planId: '$plan' },
    fields: 'PlanMigrationStarted { migration { id } }',
    keep: { migration: 'migration.id' },
  },
  {
    name: 'stopPlanMigration',
    input: { migrationId: '$migration' },
    fields: 'PlanMigrationStopped { migration { id } }',
  },
  {
    name: 'copyPlan',
    input: { planId: '$plan', name: 'Copy', code: 'copy' },
    fields: 'PlanCopied { plan { id } }',
    keep: { copy: 'plan.id' },
  },
  { name: 'archivePlan', input: { planId: '$copy' }, fields: 'PlanArchived { plan { id } }' },
  { name: 'restorePlan', input: { planId: '$copy' }, fields: 'PlanRestored { plan { id } }' },
  {
    name: 'createCustomer',
    input: customer,
    fields: 'CustomerCreated { customer { id } }',
    keep: { customer: 'customer.id' },
  },
  {
    name: 'updateCustomer',
    input: { id: '$customer', name: 'Renamed' },
    fields: 'CustomerUpdated { customer { id } }',
  },
  {
    name: 'createCustomer',
    label: 'createCustomer, parent',
    input: customer,
    fields: 'CustomerCreated { customer { id } }',
    keep: { parent: 'customer.id' },
    setup: true,
  },
  {
    name: 'changeCustomerPayer',
    input: { customerId: '$customer', payerId: '$parent' },
    fields: 'CustomerPayerChanged { customer { id } }',
  },
  {
    name: 'changeCustomerPayer',
    label: 'changeCustomerPayer, back',
    input: { customerId: '$customer', payerId: null },
    fields: 'CustomerPayerChanged { customer { id } }',
    setup: true,
  },
  { name: 'issuePortalToken', input: { customerId: '$customer' }, fields: 'PortalTokenIssued { token }' },
  {
    name: 'addPaymentMethod',
    input: { customerId: '$customer', provider: 'STRIPE', token: 'pm_card_visa' },
    fields: 'PaymentMethodAdded { paymentMethod { id } }',
    keep: { method: 'paymentMethod.id' },
  },
  {
    name: 'createSubscription',
    input: { customerId: '$customer', planId: '$plan' },
    fields: 'SubscriptionCreated { subscription { id } }',
    keep: { subscription: 'subscription.id' },
  },
  {
    name: 'reportUsage',
    input: {
      events: [
        { id: 'e1', customerId: '$customer', type: 'call', timestamp: '$now', properties: { quantity: '3' } },
      ],
    },
    fields: 'UsageReported { accepted }',
  },
  {
    name: 'grantEntitlement',
    input: { customerId: '$customer', feature: 'sso' },
    fields: 'EntitlementGranted { grant { id } }',
    keep: { grant: 'grant.id' },
  },
  {
    name: 'grantEntitlement',
    input: { customerId: '$customer', feature: 'calls', meterId: '$meter' },
    fields: 'EntitlementGranted { grant { id } }',
  },
  {
    name: 'reserveUsage',
    input: { customerId: '$customer', feature: 'calls', quantity: '1' },
    fields: 'UsageReserved { reservation { id } }',
    keep: { reservation: 'reservation.id' },
  },
  {
    name: 'commitReservation',
    input: { reservationId: '$reservation' },
    fields: 'ReservationCommitted { reservation { id } }',
  },
  {
    name: 'reserveUsage',
    input: { customerId: '$customer', feature: 'calls', quantity: '1' },
    fields: 'UsageReserved { reservation { id } }',
    keep: { released: 'reservation.id' },
  },
  {
    name: 'releaseReservation',
    input: { reservationId: '$released' },
    fields: 'ReservationReleased { reservation { id } }',
  },
  {
    name: 'revokeEntitlementGrant',
    input: { grantId: '$grant' },
    fields: 'EntitlementGrantRevoked { grant { id } }',
  },
  {
    name: 'setSpendCap',
    input: { subscriptionId: '$subscription', amount: '1000.00', action: 'ALERT' },
    fields: 'SpendCapSet { cap { setAt } }',
  },
  {
    name: 'removeSpendCap',
    input: { subscriptionId: '$subscription' },
    fields: 'SpendCapRemoved { subscription { id } }',
  },
  {
    name: 'createUsageAlert',
    input: { name: 'Half', customerId: '$customer', share: { feature: 'calls', percent: '50' } },
    fields: 'UsageAlertCreated { alert { id } }',
    keep: { alert: 'alert.id' },
  },
  {
    name: 'archiveUsageAlert',
    input: { alertId: '$alert' },
    fields: 'UsageAlertArchived { alert { id } }',
  },
  {
    name: 'correctUsageEvent',
    input: { eventId: 'e1', changes: { quantity: '4' } },
    fields: 'UsageEventCorrected { event { id } }',
  },
  { name: 'voidUsageEvent', input: { eventId: 'e1' }, fields: 'UsageEventVoided { event { id } }' },
  { name: 'advanceTestClock', input: { to: '$later' }, fields: 'TestClockAdvanced { testClock { now } }' },
  { find: invoicesOf('customer'), status: 'DRAFT', keep: 'draft' },
  { name: 'finaliseInvoice', input: { invoiceId: '$draft' }, fields: 'InvoiceFinalised { invoice { id } }' },
  {
    name: 'updateSubscription',
    input: { subscriptionId: '$subscription', externalId: 'subscription-1', metadata: { seat: '4' } },
    fields: 'SubscriptionUpdated { subscription { id } }',
  },
  {
    name: 'createChargeItem',
    input: { code: 'training', prices: [{ currency: 'USD', amount: '50' }] },
    fields: 'ChargeItemCreated { chargeItem { id } }',
    keep: { chargeItem: 'chargeItem.id' },
  },
  {
    name: 'archiveChargeItem',
    input: { chargeItemId: '$chargeItem' },
    fields: 'ChargeItemArchived { chargeItem { id } }',
  },
  {
    name: 'setFxRate',
    input: { from: 'USD', to: 'EUR', date: '2025-01-01', rate: '0.91' },
    fields: 'FxRateSet { fxRate { id } }',
  },
  {
    name: 'grantWalletCredit',
    input: { customerId: '$customer', name: 'Welcome', amount: '5' },
    fields: 'WalletCreditGranted { grant { id } }',
    keep: { grant: 'grant.id' },
  },
  {
    name: 'topUpWallet',
    input: { customerId: '$customer', name: 'Credit', amount: '5' },
    fields: 'WalletTopUpCreated { invoice { id } }',
  },
  {
    name: 'setAutomaticTopUp',
    input: { customerId: '$customer', threshold: '5', amount: '10' },
    fields: 'AutomaticTopUpAgreed { wallet { revision } }',
  },
  {
    name: 'stopAutomaticTopUp',
    input: { customerId: '$customer' },
    fields: 'AutomaticTopUpStopped { wallet { revision } }',
  },
  {
    name: 'revokeWalletGrant',
    input: { grantId: '$grant' },
    fields: 'WalletGrantRevoked { grant { id } }',
  },
  {
    name: 'createCharge',
    input: { customerId: '$customer', items: [{ key: 'setup', amount: '5' }], when: 'NEXT_INVOICE' },
    fields: 'ChargeCreated { chargeId }',
  },
  {
    name: 'changeSubscription',
    input: { subscriptionId: '$subscription', quantity: '2' },
    fields: 'SubscriptionChanged { subscription { id } }',
  },
  {
    name: 'createAddon',
    input: { code: 'support', prices: [{ currency: 'USD', amount: '5' }] },
    fields: 'AddonCreated { addon { id } }',
    keep: { addon: 'addon.id' },
  },
  {
    name: 'addSubscriptionAddon',
    input: { subscriptionId: '$subscription', addonId: '$addon' },
    fields: 'SubscriptionAddonAdded { subscription { id } }',
  },
  {
    name: 'removeSubscriptionAddon',
    input: { subscriptionId: '$subscription', addonId: '$addon' },
    fields: 'SubscriptionAddonRemoved { subscription { id } }',
  },
  {
    name: 'createCoupon',
    input: { code: 'tenth', percent: '10', target: 'SUBSCRIPTION', duration: 'FOREVER' },
    fields: 'CouponCreated { coupon { id } }',
    keep: { coupon: 'coupon.id' },
  },
  {
    name: 'applyCoupon',
    input: { subscriptionId: '$subscription', couponId: '$coupon' },
    fields: 'CouponApplied { couponId }',
  },
  {
    name: 'removeCoupon',
    input: { subscriptionId: '$subscription', couponId: '$coupon' },
    fields: 'CouponRemoved { couponId }',
  },
  ...['signed', 'quoted', 'undecided'].map(another),
  {
    name: 'createSubscription',
    setup: true,
    input: { customerId: '$signed', planId: '$plan' },
    fields: 'SubscriptionCreated { subscription { id } }',
    keep: { bound: 'subscription.id' },
  },
  {
    name: 'createContract',
    input: {
      customerId: '$signed',
      subscriptions: [{ subscriptionId: '$bound' }],
      termMonths: 12,
      renewal: { noticeDays: 30 },
    },
    fields: 'ContractCreated { contract { id } }',
    keep: { contract: 'contract.id' },
  },
  {
    name: 'updateContract',
    input: { contractId: '$contract', externalId: 'contract-1', metadata: { team: 'core' } },
    fields: 'ContractUpdated { contract { id } }',
  },
  {
    name: 'giveContractNotice',
    input: { contractId: '$contract' },
    fields: 'ContractNoticeTaken { contract { id } }',
  },
  {
    name: 'withdrawContractNotice',
    input: { contractId: '$contract' },
    fields: 'ContractNoticeTaken { contract { id } }',
  },
  {
    name: 'renewContract',
    input: { contractId: '$contract' },
    fields: 'ContractRenewed { contract { id } }',
  },
  {
    name: 'amendContract',
    input: { contractId: '$contract', termMonths: 24 },
    fields: 'ContractAmended { contract { id } }',
  },
  {
    name: 'terminateContract',
    input: { contractId: '$contract' },
    fields: 'ContractTerminated { contract { id } }',
  },
  {
    name: 'createQuote',
    input: { customerId: '$quoted', subscription: { planId: '$plan' } },
    fields: 'QuoteCreated { quote { id } }',
    keep: { quote: 'quote.id' },
  },
  { name: 'acceptQuote', input: { quoteId: '$quote' }, fields: 'QuoteAccepted { quote { id } }' },
  {
    name: 'createQuote',
    setup: true,
    input: { customerId: '$undecided', subscription: { planId: '$plan' } },
    fields: 'QuoteCreated { quote { id } }',
    keep: { unwanted: 'quote.id' },
  },
  { name: 'declineQuote', input: { quoteId: '$unwanted' }, fields: 'QuoteDeclined { quote { id } }' },
  {
    name: 'pauseSubscription',
    input: { subscriptionId: '$subscription', when: 'NOW' },
    fields: 'SubscriptionPaused { subscription { id } }',
  },
  {
    name: 'resumeSubscription',
    input: { subscriptionId: '$subscription' },
    fields: 'SubscriptionResumed { subscription { id } }',
  },
  {
    name: 'cancelSubscription',
    input: { subscriptionId: '$subscription', when: 'PERIOD_END' },
    fields: 'SubscriptionCancelled { subscription { id } }',
  },
  {
    name: 'uncancelSubscription',
    input: { subscriptionId: '$subscription' },
    fields: 'SubscriptionUncancelled { subscription { id } }',
  },
  {
    name: 'removePaymentMethod',
    input: { paymentMethodId: '$method' },
    fields: 'PaymentMethodRemoved { paymentMethodId }',
  },
  ...debtor('payer'),
  {
    name: 'addPaymentMethod',
    setup: true,
    input: { customerId: '$payer', provider: 'STRIPE', token: 'pm_card_visa' },
    fields: 'PaymentMethodAdded { paymentMethod { id } }',
  },
  { find: invoicesOf('payer'), status: 'OPEN', of: 'dunning', keep: 'run' },
  { name: 'pauseDunning', input: { dunningId: '$run' }, fields: 'DunningPaused { dunningRun { id } }' },
  { name: 'resumeDunning', input: { dunningId: '$run' }, fields: 'DunningResumed { dunningRun { id } }' },
  { name: 'payInvoice', input: { invoiceId: '$payerDebt' }, fields: 'PaymentStarted { payment { id } }' },
  ...debtor('credited'),
  {
    name: 'createCreditNote',
    input: { invoiceId: '$creditedDebt' },
    fields: 'CreditNoteCreated { creditNote { id } }',
  },
  ...debtor('writtenOff'),
  {
    name: 'recordOfflinePayment',
    input: { invoiceId: '$writtenOffDebt', amount: '1' },
    fields: 'OfflinePaymentRecorded { payment { id } }',
  },
  {
    name: 'writeOffInvoice',
    input: { invoiceId: '$writtenOffDebt', reason: 'bankrupt' },
    fields: 'InvoiceWrittenOff { invoice { id } }',
  },
  ...debtor('overpaid'),
  {
    name: 'recordOfflinePayment',
    setup: true,
    input: { invoiceId: '$overpaidDebt', amount: '100' },
    fields: 'OfflinePaymentRecorded { payment { id } }',
  },
  { find: invoicesOf('overpaid'), status: 'PAID', keep: 'overpaidSettled' },
  {
    name: 'refundBalance',
    input: { customerId: '$overpaid', amount: '1' },
    fields: 'BalanceRefunded { refund { id } }',
  },
  ...debtor('forgiven'),
  {
    name: 'voidInvoice',
    input: { invoiceId: '$forgivenDebt', reason: 'a mistake' },
    fields: 'InvoiceVoided { invoice { id } }',
  },
];

/** The main queries; they change nothing, so they are asked after all mutations. */
export const QUERIES = {
  tenant: '{ tenant { id name currency } }',
  customer: '{ customer(id: "$customer") { id name } }',
  customerWithInvoices:
    '{ customer(id: "$customer") { id name invoices(first: 5) { nodes { id status total { amount } lines { key amount { amount } } } } } }',
  customers: '{ customers(first: 20) { nodes { id name } } }',
  plans: '{ plans(first: 20) { nodes { id code version { number } } } }',
  subscription: '{ subscription(id: "$subscription") { id status currentPeriod { from to } } }',
  invoices: '{ invoices(first: 20) { nodes { id status total { amount } customer { name } } } }',
  usage: '{ usage(customerId: "$customer") { meter { code } quantity } }',
  liveUsage: '{ liveUsage(customerId: "$customer") { meter { code } quantity } }',
  entitlement: '{ entitlement(customerId: "$customer", feature: "none") { feature } }',
  payments: '{ payments(first: 20) { nodes { id status } } }',
  auditTrail: '{ auditTrail(first: 20) { nodes { command outcome } } }',
};

function prices(fee) {
  return [
    { key: 'fee', currency: 'USD', price: { flat: { flatAmount: fee } } },
    { key: 'calls', currency: 'USD', meterId: '$meter', price: { perUnit: { unitAmount: '0.01' } } },
  ];
}

/** A customer beside the first one, who has a subscription to the plan already. */
function another(name) {
  return {
    name: 'createCustomer',
    setup: true,
    input: customer,
    fields: 'CustomerCreated { customer { id } }',
    keep: { [name]: 'customer.id' },
  };
}

/** A customer without a payment method, whose first invoice therefore stays open. */
function debtor(name) {
  return [
    another(name),
    {
      name: 'createSubscription',
      label: 'createSubscription, no payment method',
      input: { customerId: `$${name}`, planId: '$plan' },
      fields: 'SubscriptionCreated { subscription { id } }',
    },
    { find: invoicesOf(name), status: 'OPEN', keep: `${name}Debt` },
  ];
}
