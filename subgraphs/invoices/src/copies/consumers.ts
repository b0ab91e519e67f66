import type { DataOf } from '@tollgate/contracts/event';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { customerPayersChanged } from '@tollgate/contracts/tenancy/payers';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { decimal } from '@tollgate/kernel/number/decimal';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { keepCustomers } from './customer.js';
import { keepPayers } from './payer.js';
import { keepSettings } from './settings.js';

/** Facts of other contexts that bills are computed by. */
export const copySubscriptions = [
  on(tenantChanged, async (tx, { data }) => keepSettings(tx, settingsOf(data))),
  onMany(customerChanged, async (tx, messages) =>
    keepCustomers(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
  onMany(customerPayersChanged, async (tx, messages) =>
    keepPayers(
      tx,
      messages.map(({ data }) => data),
    ),
  ),
];

function settingsOf({ revision, settings }: DataOf<typeof tenantChanged>) {
  const rates = Object.entries(settings.taxRates).map(([country, percent]) => [country, decimal(percent)]);
  const { country, invoiceGraceSeconds: graceSeconds, dueDays = 0 } = settings;
  return { revision, country, taxRates: Object.fromEntries(rates), graceSeconds, dueDays };
}
