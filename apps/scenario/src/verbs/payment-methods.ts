import type { Tenant } from '../play/tenant.js';
import { methodOf } from './methods.js';
import { ACCEPTED, type Outcome } from './verb.js';

/** What a customer is charged with, by the names of the format. */
export interface MethodNames {
  readonly method: string;
  readonly backup: string;
}

/** Puts a customer's methods on file in the order in which they are tried. */
export async function addMethods(
  tenant: Tenant,
  customerId: string,
  options: MethodNames & { readonly key: string | undefined },
): Promise<Outcome> {
  for (const name of [options.method, options.backup]) {
    const method = methodOf(name);
    if (method === null) continue;
    const answer = await tenant.send<object>(
      {
        mutation: 'addPaymentMethod',
        wanted: 'PaymentMethodAdded',
        fields: 'paymentMethod { id }',
        input: { customerId, ...method },
      },
      options.key === undefined ? undefined : `${options.key}:${name}`,
    );
    if (!answer.accepted) return answer;
  }
  tenant.methods.set(customerId, { method: options.method, backup: options.backup });
  return ACCEPTED;
}

/** Takes what is on file away and puts other methods there. */
export async function replaceMethods(
  tenant: Tenant,
  customerId: string,
  options: MethodNames & { readonly key: string | undefined },
): Promise<Outcome> {
  const { paymentMethods } = await tenant.client.call<{ paymentMethods: readonly { id: string }[] }>(
    'query Methods($customerId: ID!) { paymentMethods(customerId: $customerId) { id } }',
    { customerId },
  );
  for (const { id } of paymentMethods) {
    const answer = await tenant.send<object>({
      mutation: 'removePaymentMethod',
      wanted: 'PaymentMethodRemoved',
      fields: 'paymentMethodId',
      input: { paymentMethodId: id },
    });
    if (!answer.accepted) return answer;
  }
  return addMethods(tenant, customerId, options);
}
