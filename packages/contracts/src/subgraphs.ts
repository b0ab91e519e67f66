/** Every subgraph, in the order in which events flow: each consumes what those before it publish. */
export const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'] as const;

export type SubgraphName = (typeof SUBGRAPHS)[number];
