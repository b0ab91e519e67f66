import type { Money } from '@tollgate/kernel/money/money';
import type { ProviderUnavailable } from './provider.js';

/** How a dispute stands at a gateway; what moved no money is not found. */
export type ProviderDispute =
  | {
      readonly outcome: 'found';
      readonly reference: string;
      readonly status: 'open' | 'won' | 'lost';
      /** What is disputed. */
      readonly money: Money;
      /** What the gateway takes for it; null where it does not say. */
      readonly fee: Money | null;
      readonly reason: string | null;
      /** Until when evidence is taken; null where it does not say. */
      readonly evidenceDueAtMs: number | null;
      /** What took the money: the attempt's reference, or its capture. */
      readonly payment: string;
      readonly tenant?: string;
      readonly paymentId?: string;
    }
  | { readonly outcome: 'not_found' }
  | ProviderUnavailable;
