import type { Grant } from './domain/grant.js';

/** A grant in GraphQL. */
export function grantView({ customerId, meterId, ...grant }: Grant) {
  return {
    ...grant,
    customer: { __typename: 'Customer' as const, id: customerId },
    meterId,
  };
}
