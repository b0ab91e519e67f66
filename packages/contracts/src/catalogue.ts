import type { EventContract } from './event.js';
import { invoiceChanged, invoiceFinalised, invoicePaid, invoiceVoided } from './invoices.js';
import { paymentFailed, paymentSettled } from './payments.js';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from './plans.js';
import { customerChanged, tenantChanged } from './tenancy.js';
import { meterCreated, usagePeriodTotalled, usageRecorded } from './usage.js';

/** Every event that is published, all versions. JSON Schemas and fixtures are checked against this list. */
export const CATALOGUE: readonly EventContract[] = [
  tenantChanged,
  customerChanged,
  subscriptionStarted,
  subscriptionPeriodStarted,
  subscriptionEnded,
  subscriptionPeriodEnded,
  meterCreated,
  usageRecorded,
  usagePeriodTotalled,
  invoiceFinalised,
  invoicePaid,
  invoiceVoided,
  invoiceChanged,
  paymentSettled,
  paymentFailed,
];
