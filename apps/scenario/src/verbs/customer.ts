import type { CustomerCommand } from '../format/customer-commands.js';
import type { Tenant } from '../play/tenant.js';
import { methodOf } from './methods.js';
import { ACCEPTED, lacking, type Outcome, type Verb } from './verb.js';

/** A customer with its payment methods: the one that is charged, then the backup. */
export const customer: Verb<CustomerCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        name: null,
        timeZone: null,
        currency: null,
        method: null,
        backup: null,
      },
      needs: [
        { what: 'customer', at: ['Mutation.createCustomer', 'Mutation.addPaymentMethod'] },
        ...(step.error === 'CODE_TAKEN' ? [{ what: 'name', at: ['CreateCustomerInput.code'] }] : []),
      ],
    }),
  run: async (step, tenant) => {
    const answer = await tenant.send<{ customer: { id: string } }>(
      {
        mutation: 'createCustomer',
        wanted: 'CustomerCreated',
        fields: 'customer { id }',
        input: {
          name: step.name,
          ...(tenant.api.has('CreateCustomerInput.code') ? { code: step.name } : {}),
          ...(step.timeZone === undefined ? {} : { timeZone: step.timeZone }),
          ...(step.currency === undefined ? {} : { currency: step.currency }),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('customer', step.name, answer.value.customer.id);
    return addMethods(step, tenant, answer.value.customer.id);
  },
};

async function addMethods(step: CustomerCommand, tenant: Tenant, customerId: string): Promise<Outcome> {
  for (const name of [step.method ?? 'ok', step.backup ?? 'none']) {
    const method = methodOf(name);
    if (method === null) continue;
    const key = step.idempotencyKey === undefined ? undefined : `${step.idempotencyKey}:${method.token}`;
    const answer = await tenant.send<object>(
      {
        mutation: 'addPaymentMethod',
        wanted: 'PaymentMethodAdded',
        fields: 'paymentMethod { id }',
        input: { customerId, ...method },
      },
      key,
    );
    if (!answer.accepted) return answer;
  }
  return ACCEPTED;
}
