import { newId } from '@tollgate/runtime/base/new-id';
import { backOfficeScope, readScope } from '@tollgate/runtime/command/access';
import { command, type Caller } from '@tollgate/runtime/command/command';
import { lock } from '@tollgate/runtime/database/lock';
import { connectionOf, pageOf } from '@tollgate/runtime/graphql/list';
import { customerToKnow, findTimeZone } from '../copies/customer.js';
import type {
  ArchiveUsageAlertInput,
  CreateUsageAlertInput,
  QueryReachedUsageAlertsArgs,
  QueryUsageAlertsArgs,
} from '../generated/graphql.js';
import { findMeters } from '../meter/store.js';
import { alerts } from './aggregate.js';
import { checkAlerts } from './check.js';
import type { Alert } from './domain/alert.js';
import { ALERT_LIST, alertPage, alertsById, countAlerts, REACHED_LIST, reachedPage } from './store.js';
import { alertView, reachedView } from './view.js';

export { checkAlerts } from './check.js';
export type { Reached } from './store.js';

/** Alerts for all customers, or for one: each is compared with every report. */
const ALERTS_MAX = 50;

/** The tenant is told when usage comes to something. */
export async function createUsageAlert(caller: Caller, input: CreateUsageAlertInput) {
  const { customerId: given, ...draft } = input;
  const customerId = given ?? null;
  const waitFor = customerId === null ? [] : [customerToKnow(customerId)];
  return command(caller, { name: 'createUsageAlert', input, access: 'backend', waitFor }, async (tx) => {
    lock(tx, 'usage-alerts', tx.scope.tenantId);
    const meterId = draft.quantity?.meterId ?? null;
    const [zone, meters, held, at] = await Promise.all([
      customerId === null ? null : findTimeZone(tx, customerId),
      findMeters(tx, meterId === null ? [] : [meterId]),
      countAlerts(tx, customerId),
      tx.now(),
    ]);
    if (customerId !== null && zone === null)
      return { reason: 'UnknownCustomer' as const, message: 'There is no such customer.', customerId };
    const id = newId('alr');
    const decided = alerts.decide(alerts.fresh(id), { type: 'create', id, customerId, draft, at }, at);
    if (!decided.ok) return decided.rejection;
    if (meterId !== null && meters.length === 0)
      return { reason: 'UnknownMeter' as const, message: 'There is no such meter.', meterId };
    if (held >= ALERTS_MAX) return TOO_MANY;
    await alerts.record(tx, [decided.change]);
    if (customerId !== null) await checkAlerts(tx, [customerId], at);
    return { __typename: 'UsageAlertCreated' as const, alertId: id };
  });
}

const TOO_MANY = {
  reason: 'TooManyUsageAlerts' as const,
  message: `There may be ${ALERTS_MAX} alerts for all customers, and as many for one. Archive some.`,
  limit: ALERTS_MAX,
};

/** Nothing more is told of an alert. */
export async function archiveUsageAlert(caller: Caller, input: ArchiveUsageAlertInput) {
  const { alertId } = input;
  const asked = { name: 'archiveUsageAlert', input, access: 'backend', subject: alertId } as const;
  return command(caller, asked, async (tx) => {
    const [loaded, at] = await Promise.all([alerts.loadOne(tx, alertId), tx.now()]);
    if (loaded.state.alert === null)
      return { reason: 'UnknownUsageAlert' as const, message: 'There is no such alert.', alertId };
    const decided = alerts.decide(loaded, { type: 'archive', at }, at);
    if (!decided.ok) return decided.rejection;
    await alerts.record(tx, [decided.change]);
    return { __typename: 'UsageAlertArchived' as const, alertId };
  });
}

/** Alerts by their ids, as who asks sees them. */
export async function alertsOf({ db, context }: Caller, ids: readonly string[]): Promise<Alert[]> {
  return alertsById(db.reader(readScope(context)), ids);
}

/** A page of alerts. Not for portal tokens. */
export async function pageOfAlerts({ db, context }: Caller, args: QueryUsageAlertsArgs) {
  const page = pageOf(ALERT_LIST, args);
  const found = await alertPage(db.reader(backOfficeScope(context)), page, args);
  return connectionOf(found.map(alertView), page);
}

/** A page of what was told. Not for portal tokens. */
export async function pageOfReached({ db, context }: Caller, args: QueryReachedUsageAlertsArgs) {
  const page = pageOf(REACHED_LIST, args);
  const found = await reachedPage(db.reader(backOfficeScope(context)), page, args);
  return connectionOf(found.map(reachedView), page);
}
