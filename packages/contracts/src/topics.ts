import type { SubgraphName } from './subgraphs.js';

/** One topic per owner of events. The partition count is part of the contract: changing it reorders keys. */
export const TOPICS = {
  tenancy: { name: 'tollgate.tenancy', partitions: 3 },
  plans: { name: 'tollgate.plans', partitions: 6 },
  usage: { name: 'tollgate.usage', partitions: 12 },
  invoices: { name: 'tollgate.invoices', partitions: 6 },
  payments: { name: 'tollgate.payments', partitions: 6 },
} as const satisfies Record<SubgraphName, { readonly name: string; readonly partitions: number }>;

export type TopicOwner = keyof typeof TOPICS;
export type TopicName = (typeof TOPICS)[TopicOwner]['name'];
