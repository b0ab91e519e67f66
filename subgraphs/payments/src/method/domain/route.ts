import type { ProviderName } from '../../providers/domain/provider.js';

/** A payment method on file, as routing needs it. */
export interface MethodOnFile {
  readonly id: string;
  readonly provider: ProviderName;
}

/** One place to ask for the money; a payment's route is these, in order. */
export interface RouteStop {
  readonly provider: ProviderName;
  readonly methodId: string;
}

/** Stripe first: PayPal is for when Stripe cannot be reached. */
const PREFERENCE: readonly ProviderName[] = ['stripe', 'paypal'];

/** Where to ask for money, in order: the newest method of each provider. */
export function routeOf(methods: readonly MethodOnFile[]): readonly RouteStop[] {
  return PREFERENCE.flatMap((provider) => {
    const newest = methods.filter((method) => method.provider === provider).at(-1);
    return newest === undefined ? [] : [{ provider, methodId: newest.id }];
  });
}

/** True for a PayPal method beside a Stripe one. */
export function isBackup(provider: ProviderName, all: readonly MethodOnFile[]): boolean {
  return provider === 'paypal' && all.some((method) => method.provider === 'stripe');
}
