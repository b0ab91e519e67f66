import type { Database, Scope } from '@tollgate/runtime/database/db';
import { mayUse } from '../../method/domain/inspection.js';
import type { PaymentProvider, ProviderName } from '../../providers/domain/provider.js';
import { findPayments } from '../store/payment.js';

/** What is asked of providers here. */
export type ProviderPort = Readonly<Record<ProviderName, Pick<PaymentProvider, 'lookup' | 'mode'>>>;

/**
 * What the customer's own page confirms a payment with; the caller was shown the payment. It is not kept, so the provider is
 * asked; null where it knows none, or cannot be asked.
 */
export async function clientSecretOf(
  { db, providers }: { readonly db: Database; readonly providers: ProviderPort },
  { scope, paymentId }: { readonly scope: Scope; readonly paymentId: string },
): Promise<string | null> {
  const [payment] = await findPayments(db.reader(scope), [paymentId], null);
  if (payment === undefined || payment.provider === null || payment.reference === null) return null;
  const provider = providers[payment.provider];
  const placement = await db.locate(scope.tenantId);
  if (placement === null || !mayUse({ isSandbox: placement.sandbox, mode: provider.mode })) return null;
  const found = await provider.lookup(payment.reference);
  return found.outcome === 'found' ? (found.clientSecret ?? null) : null;
}
