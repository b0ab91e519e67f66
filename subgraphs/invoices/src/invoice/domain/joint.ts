import type { Basis, Charge } from './basis.js';

/** A subscription's part of a joint invoice. */
export interface JointPart {
  readonly subscriptionId: string;
  readonly planVersionId: string;
  /** Number of its bill. */
  readonly bill: number;
  /** Number of the bill since which the terms of its fees are in force; absent where that is the first. */
  readonly since?: number;
}

/** The subscriptions that an invoice bills, in the order in which they were made. */
export function subscriptionsOf({
  joint,
  subscriptionId,
}: Pick<Basis, 'joint' | 'subscriptionId'>): string[] {
  if (joint !== undefined) return joint.map((part) => part.subscriptionId);
  return subscriptionId === null ? [] : [subscriptionId];
}

/** Whether a charge of an invoice is for a subscription that the invoice bills. */
export function isFor(
  { joint }: Pick<Basis, 'joint'>,
  charge: Pick<Charge, 'subscriptionId'>,
  subscriptionId: string,
): boolean {
  return joint === undefined || charge.subscriptionId === subscriptionId;
}

/** By which bill an invoice billed a subscription, and on terms since which one. */
export function billedBy(basis: Basis, subscriptionId: string): Pick<Basis, 'bill' | 'since'> {
  return basis.joint?.find((part) => part.subscriptionId === subscriptionId) ?? basis;
}
