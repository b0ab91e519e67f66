import type { MethodInspection, MethodToken } from '../domain/provider.js';
import { memberOf, textIn } from '../json.js';
import { answeredBadly } from '../transient.js';
import type { PaypalClient } from './client.js';
import { paypalTransient } from './errors.js';

/** Whose vaulted wallet it is: its customer is named `tenant` or `tenant:…` by whoever vaulted it. */
export async function inspect(client: PaypalClient, { token }: MethodToken): Promise<MethodInspection> {
  try {
    const { status, body } = await client.getJson(`/v3/vault/payment-tokens/${encodeURIComponent(token)}`);
    if (status === 404) return { outcome: 'not_found' };
    if (status !== 200) return answeredBadly('PayPal', status);
    const customer = memberOf(body, 'customer');
    const [tenant] = textIn(customer, 'merchant_customer_id')?.split(':') ?? [];
    return { outcome: 'found', tenant: tenant ?? null, providerCustomer: textIn(customer, 'id') ?? null };
  } catch (error) {
    const transient = paypalTransient(error);
    if (transient === undefined) throw error;
    return transient;
  }
}
