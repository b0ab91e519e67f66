import type { EventContract } from './event.js';
import {
  invoiceChanged,
  invoiceCreditability,
  invoiceCreditApplied,
  invoiceCredited,
  invoiceFinalised,
  invoicePaid,
  invoiceRefunded,
  invoiceVoided,
  invoiceWrittenOff,
} from './invoices/invoice.js';
import { walletChanged } from './invoices/wallet.js';
import { paymentChanged } from './payments/changed.js';
import { disputeClosed, disputeOpened } from './payments/dispute.js';
import { dunningChanged, dunningEnded } from './payments/dunning.js';
import {
  paymentCreditAsked,
  paymentFailed,
  paymentRefunded,
  paymentRefundRejected,
  paymentSettled,
} from './payments/payment.js';
import { subscriptionBilled } from './plans/bill.js';
import { subscriptionActivation } from './plans/activation.js';
import { subscriptionChanged } from './plans/changed.js';
import { contractCharged, contractCommitted } from './plans/contract.js';
import { couponApplied, couponRemoved } from './plans/coupon.js';
import { quoteOffered } from './plans/quote.js';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from './plans/subscription.js';
import { planVersionPublished } from './plans/version.js';
import { customerChanged } from './tenancy/customer.js';
import { customerPayersChanged } from './tenancy/payers.js';
import { tenantChanged } from './tenancy/tenant.js';
import { usageBillTotalled } from './usage/bill.js';
import { meterCreated } from './usage/meter.js';
import { usagePeriodTotalled } from './usage/period.js';
import { usageProgressed } from './usage/progress.js';
import { usageAlertReached } from './usage/alert.js';
import { spendCapReached } from './usage/spend-cap.js';

/** Every event that is published, all versions. JSON Schemas and fixtures are checked against this list. */
export const REGISTRY: readonly EventContract[] = [
  tenantChanged,
  customerChanged,
  customerPayersChanged,
  planVersionPublished,
  couponApplied,
  couponRemoved,
  contractCharged,
  contractCommitted,
  quoteOffered,
  subscriptionBilled,
  subscriptionChanged,
  subscriptionActivation,
  // Not published any more, and still read: logs are kept.
  subscriptionStarted,
  subscriptionPeriodStarted,
  subscriptionEnded,
  subscriptionPeriodEnded,
  meterCreated,
  usageBillTotalled,
  usagePeriodTotalled,
  usageProgressed,
  spendCapReached,
  usageAlertReached,
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
  invoiceCredited,
  invoiceRefunded,
  invoiceCreditability,
  invoiceWrittenOff,
  invoiceChanged,
  walletChanged,
  invoiceCreditApplied,
  paymentCreditAsked,
  dunningChanged,
  dunningEnded,
  disputeOpened,
  disputeClosed,
  paymentSettled,
  paymentFailed,
  paymentRefunded,
  paymentRefundRejected,
  paymentChanged,
];
