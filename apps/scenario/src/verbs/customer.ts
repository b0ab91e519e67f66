import type { CustomerCommand, UpdateCustomerCommand } from '../format/customer-commands.js';
import { addMethods, replaceMethods } from './payment-methods.js';
import { testVatId } from './vat-ids.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

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
        collection: 'CreateCustomerInput.collection',
        dueDays: 'CreateCustomerInput.dueDays',
        jurisdiction: 'CreateCustomerInput.jurisdiction',
        business: 'CreateCustomerInput.business',
        exempt: 'CreateCustomerInput.taxExemption',
        vatId: 'CreateCustomerInput.vatId',
      },
      needs: [
        { what: 'customer', at: ['Mutation.createCustomer', 'Mutation.addPaymentMethod'] },
        ...(step.error === 'CODE_TAKEN' ? [{ what: 'name', at: ['CreateCustomerInput.externalId'] }] : []),
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
          ...(tenant.api.has('CreateCustomerInput.externalId') ? { externalId: step.name } : {}),
          ...(step.timeZone === undefined ? {} : { timeZone: step.timeZone }),
          ...(step.currency === undefined ? {} : { currency: step.currency }),
          ...termsInput(step),
        },
      },
      step.idempotencyKey,
    );
    if (!answer.accepted) return answer;
    tenant.names.keep('customer', step.name, answer.value.customer.id);
    const { method = 'ok', backup = 'none', idempotencyKey: key } = step;
    return addMethods(tenant, answer.value.customer.id, { method, backup, key });
  },
};

type Terms = Pick<
  CustomerCommand,
  'collection' | 'dueDays' | 'jurisdiction' | 'business' | 'exempt' | 'vatId'
>;

function termsInput({ collection, dueDays, jurisdiction, business, exempt, vatId }: Terms): object {
  return {
    ...(collection === undefined ? {} : { collection: collection.toUpperCase() }),
    ...(dueDays === undefined ? {} : { dueDays }),
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    ...(business === undefined ? {} : { business }),
    ...(vatId === undefined ? {} : { vatId: testVatId(vatId, jurisdiction) }),
    ...(exempt === undefined ? {} : { taxExemption: exempt ? { reason: 'exempt' } : null }),
  };
}

/** Other payment methods of a customer, and how it pays; what is not named stays. */
export const updateCustomer: Verb<UpdateCustomerCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: {
        ...{ customer: null, method: null, backup: null },
        collection: 'UpdateCustomerInput.collection',
        dueDays: 'UpdateCustomerInput.dueDays',
        jurisdiction: 'UpdateCustomerInput.jurisdiction',
        business: 'UpdateCustomerInput.business',
        exempt: 'UpdateCustomerInput.taxExemption',
        vatId: 'UpdateCustomerInput.vatId',
      },
      needs: [{ what: 'update_customer', at: ['Mutation.addPaymentMethod', 'Mutation.removePaymentMethod'] }],
    }),
  run: async (step, tenant) => {
    const customerId = tenant.idOf('customer', step.customer);
    const terms = termsInput(step);
    if (Object.keys(terms).length > 0) {
      const input = { id: customerId, ...terms };
      const changed = { mutation: 'updateCustomer', wanted: 'CustomerUpdated', fields: '__typename', input };
      const answer = await tenant.send<object>(changed, step.idempotencyKey);
      if (!answer.accepted || (step.method === undefined && step.backup === undefined))
        return answer.accepted ? ACCEPTED : answer;
    }
    const known = tenant.methods.get(customerId) ?? { method: 'none', backup: 'none' };
    const { method = known.method, backup = known.backup, idempotencyKey: key } = step;
    return replaceMethods(tenant, customerId, { method, backup, key });
  },
};
