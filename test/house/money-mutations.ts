import { unique } from './business.js';
import type { Entry } from './every-mutation.js';

/** Mutations of invoices, and how to have them accepted and rejected. */
export const INVOICES: Readonly<Record<string, Entry>> = {
  createChargeItem: {
    subgraph: 'invoices',
    accepted: () => ({ code: `i${unique()}`, prices: [{ currency: 'USD', amount: '5' }] }),
    rejected: () => ({ code: '', prices: [] }),
  },
  archiveChargeItem: {
    subgraph: 'invoices',
    accepted: async (given) => ({ chargeItemId: await given.chargeItem() }),
    rejected: () => ({ chargeItemId: 'chi_1' }),
  },
  setFxRate: {
    subgraph: 'invoices',
    accepted: () => ({ from: 'USD', to: 'EUR', date: '2025-01-01', rate: '0.91' }),
    rejected: () => ({ from: 'USD', to: 'USD', date: '2025-01-01', rate: '1' }),
  },
  createCharge: {
    subgraph: 'invoices',
    accepted: async (given) => ({
      customerId: await given.customer(),
      items: [{ key: 'setup', amount: '5' }],
    }),
    rejected: ({ customerId }) => ({ customerId, items: [{ key: 'setup', amount: '0' }] }),
  },
  finaliseInvoice: {
    subgraph: 'invoices',
    accepted: async (given) => ({ invoiceId: await given.invoice('DRAFT') }),
    rejected: () => ({ invoiceId: 'inv_1' }),
  },
  voidInvoice: {
    subgraph: 'invoices',
    accepted: async (given) => ({ invoiceId: await given.invoice('OPEN'), reason: 'A mistake.' }),
    rejected: () => ({ invoiceId: 'inv_1', reason: 'A mistake.' }),
  },
  writeOffInvoice: {
    subgraph: 'invoices',
    accepted: async (given) => ({ invoiceId: await given.invoice('OPEN'), reason: 'Bankrupt.' }),
    rejected: () => ({ invoiceId: 'inv_1', reason: 'Bankrupt.' }),
  },
  createCreditNote: {
    subgraph: 'invoices',
    accepted: async (given) => ({ invoiceId: await given.invoice('OPEN') }),
    rejected: () => ({ invoiceId: 'inv_1' }),
  },
};

/** Mutations of payments. */
export const PAYMENTS: Readonly<Record<string, Entry>> = {
  addPaymentMethod: {
    subgraph: 'payments',
    portalMay: true,
    accepted: ({ customerId }) => ({ customerId, provider: 'STRIPE', token: `pm_${unique()}` }),
    rejected: ({ customerId }) => ({ customerId, provider: 'STRIPE', token: '' }),
  },
  removePaymentMethod: {
    subgraph: 'payments',
    portalMay: true,
    accepted: async (given) => ({ paymentMethodId: await given.paymentMethod(given.customerId) }),
    rejected: () => ({ paymentMethodId: 'pmt_1' }),
  },
  payInvoice: {
    subgraph: 'payments',
    accepted: async (given) => ({ invoiceId: await given.payable() }),
    rejected: () => ({ invoiceId: 'inv_1' }),
  },
  recordOfflinePayment: {
    subgraph: 'payments',
    accepted: async (given) => ({ invoiceId: await given.payable(), amount: '5' }),
    rejected: () => ({ invoiceId: 'inv_1', amount: '5' }),
  },
  pauseDunning: {
    subgraph: 'payments',
    accepted: async (given) => ({ dunningId: await given.dunning() }),
    rejected: () => ({ dunningId: 'dun_1' }),
  },
  resumeDunning: {
    subgraph: 'payments',
    accepted: async (given) => ({ dunningId: await given.dunning() }),
    rejected: () => ({ dunningId: 'dun_1' }),
  },
};
