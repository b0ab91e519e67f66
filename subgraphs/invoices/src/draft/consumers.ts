import type { DataOf } from '@tollgate/contracts/event';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { keepCustomers } from '../copies/customer.js';
import { keepBuyers, keepSeller } from '../copies/party.js';
import { keepSettings, type ToldSettings } from '../copies/settings.js';
import { keepTimeZone } from '../copies/time-zone.js';
import { findCustomerDrafts } from '../invoice/store.js';
import { lookAgain, lookAgainAtAll } from './awaiting.js';

/** Facts that decide how drafts are taxed: those that wait for them go on. */
export const factSubscriptions = [
  on(tenantChanged, async (tx, { data }) => {
    keepSettings(tx, settingsOf(data));
    keepSeller(tx, data);
    keepTimeZone(tx, { revision: data.revision, timeZone: data.settings.timeZone });
    if (data.revision > 1) await lookAgainAtAll(tx, await tx.now());
  }),
  onMany(customerChanged, async (tx, messages) => {
    const told = messages.map(({ data }) => data);
    keepCustomers(tx, told);
    keepBuyers(tx, told);
    // Who is new has no drafts.
    const changed = told.flatMap(({ customerId, revision }) => (revision > 1 ? [customerId] : []));
    if (changed.length === 0) return;
    const [ids, now] = await Promise.all([findCustomerDrafts(tx, [...new Set(changed)]), tx.now()]);
    await lookAgain(tx, ids, now);
  }),
];

function settingsOf({ revision, settings }: DataOf<typeof tenantChanged>): ToldSettings {
  const { country, taxRates, tax = null, invoiceGraceSeconds: graceSeconds, dueDays = 0 } = settings;
  const { documents = null } = settings;
  return { revision, country, taxRates, tax, graceSeconds, dueDays, documents };
}
