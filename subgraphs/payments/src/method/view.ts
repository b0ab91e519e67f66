import type { PaymentProvider } from '../generated/graphql.js';
import type { ProviderName } from '../providers/domain/provider.js';
import type { Method } from './domain/method.js';
import { isBackup } from './domain/route.js';

export type MethodView = ReturnType<typeof methodView>;

/** A payment method as GraphQL shows it, among all that its customer has: without its token, which nobody is shown. */
export function methodView(method: Method, all: readonly Method[]) {
  const { id, provider, label, addedAt } = method;
  return {
    id,
    provider: providerView(provider),
    label,
    isBackup: isBackup(provider, all),
    createdAt: addedAt,
  };
}

/** A provider by its name in GraphQL. */
export function providerView(provider: ProviderName): PaymentProvider {
  return provider === 'stripe' ? 'STRIPE' : 'PAYPAL';
}

/** A provider by our name of it. */
export function providerNamed(provider: PaymentProvider): ProviderName {
  return provider === 'STRIPE' ? 'stripe' : 'paypal';
}
