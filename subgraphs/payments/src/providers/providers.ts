import type { PaymentProvider, ProviderName } from './domain/provider.js';
import { createPaypalProvider } from './paypal/provider.js';
import type { ProvidersConfig } from './settings.js';
import { createStripeProvider } from './stripe/provider.js';

/** Every gateway, by name. */
export function createProviders(config: ProvidersConfig): Readonly<Record<ProviderName, PaymentProvider>> {
  return { stripe: createStripeProvider(config.stripe), paypal: createPaypalProvider(config.paypal) };
}
