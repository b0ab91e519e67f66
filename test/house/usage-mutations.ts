import { NOW, unique } from './business.js';
import type { Entry } from './every-mutation.js';
import { madeAlert, madeGrant, madeReservation, mayReserve, reportedEvent } from './made-in-usage.js';

/** The mutations of usage. */
export const USAGE: Readonly<Record<string, Entry>> = {
  updateMeter: {
    subgraph: 'usage',
    accepted: async (given) => ({ meterId: await given.meter(), externalId: unique() }),
    rejected: () => ({ meterId: 'mtr_1' }),
  },
  createMeter: {
    subgraph: 'usage',
    accepted: () => ({ code: `m${unique()}`, name: 'Calls', eventType: unique(), aggregation: 'COUNT' }),
    rejected: () => ({ code: '', name: 'Calls', eventType: 'call', aggregation: 'COUNT' }),
  },
  reportUsage: {
    subgraph: 'usage',
    accepted: () => ({ events: [{ id: unique(), type: 'nothing', customerId: 'cus_1', timestamp: NOW }] }),
    rejected: () => ({ events: [] }),
  },
  grantEntitlement: {
    subgraph: 'usage',
    accepted: async (given) => ({ customerId: await given.customer(), feature: 'sso' }),
    rejected: ({ customerId }) => ({ customerId, feature: '' }),
  },
  revokeEntitlementGrant: {
    subgraph: 'usage',
    accepted: async (given) => ({ grantId: await madeGrant(given) }),
    rejected: () => ({ grantId: 'egr_1' }),
  },
  reserveUsage: {
    subgraph: 'usage',
    accepted: async (given) => ({ ...(await mayReserve(given)), quantity: '1' }),
    rejected: ({ customerId }) => ({ customerId, feature: 'nothing', quantity: '1' }),
  },
  commitReservation: {
    subgraph: 'usage',
    accepted: async (given) => ({ reservationId: await madeReservation(given) }),
    rejected: () => ({ reservationId: 'rsv_1' }),
  },
  releaseReservation: {
    subgraph: 'usage',
    accepted: async (given) => ({ reservationId: await madeReservation(given) }),
    rejected: () => ({ reservationId: 'rsv_1' }),
  },
  createUsageAlert: {
    subgraph: 'usage',
    accepted: () => ({ name: 'Half', share: { feature: unique(), percent: '50' } }),
    rejected: () => ({ name: 'Half' }),
  },
  archiveUsageAlert: {
    subgraph: 'usage',
    accepted: async (given) => ({ alertId: await madeAlert(given) }),
    rejected: () => ({ alertId: 'alr_1' }),
  },
  setSpendCap: {
    subgraph: 'usage',
    accepted: async (given) => ({
      subscriptionId: await given.subscription(),
      ...{ amount: '100', action: 'STOP' },
    }),
    rejected: () => ({ subscriptionId: 'sub_1', amount: '100', action: 'STOP' }),
  },
  removeSpendCap: {
    subgraph: 'usage',
    accepted: async (given) => ({ subscriptionId: await given.subscription() }),
    rejected: () => ({ subscriptionId: 'sub_1' }),
  },
  correctUsageEvent: {
    subgraph: 'usage',
    accepted: async (given) => ({ eventId: await reportedEvent(given, NOW), changes: { quantity: '2' } }),
    rejected: () => ({ eventId: unique(), changes: { quantity: '2' } }),
  },
  voidUsageEvent: {
    subgraph: 'usage',
    accepted: async (given) => ({ eventId: await reportedEvent(given, NOW) }),
    rejected: () => ({ eventId: unique() }),
  },
};
