import type {
  AcceptCommand,
  ContractCommand,
  EntitleCommand,
  PayerCommand,
  QuoteCommand,
  TerminateCommand,
} from '../format/agreement-commands.js';
import { overridesInput } from './subscription.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

/** A contract. */
export const contract: Verb<ContractCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: {
        ...{ name: null, customer: null, subscriptions: null, months: null },
        terminationFee: 'CreateContractInput.terminationFee',
        prepaid: 'CreateContractInput.commitment',
      },
      needs: [{ what: 'contract', at: ['Mutation.createContract'] }],
    }),
  run: async ({ name, subscriptions, months, terminationFee: fee, prepaid, ...step }, tenant) => {
    const input = {
      customerId: tenant.idOf('customer', step.customer),
      termMonths: months,
      subscriptions: subscriptions.map(({ subscription, rates }) => ({
        subscriptionId: tenant.idOf('subscription', subscription),
        ...(rates === undefined ? {} : { rates: overridesInput(rates) }),
      })),
      ...(fee === undefined ? {} : { terminationFee: feeInput(fee) }),
      ...(prepaid === undefined ? {} : { commitment: { amount: prepaid } }),
    };
    const asked = { mutation: 'createContract', wanted: 'ContractCreated', fields: 'contract { id }', input };
    const answer = await tenant.send<{ contract: { id: string } }>(asked, step.idempotencyKey);
    if (!answer.accepted) return answer;
    tenant.names.keep('contract', name, answer.value.contract.id);
    return ACCEPTED;
  },
};

function feeInput(fee: NonNullable<ContractCommand['terminationFee']>): object {
  return 'percent' in fee ? { percentOfRemainingFees: fee.percent } : { amount: fee.amount };
}

/** The end of a contract before its term. */
export const terminate: Verb<TerminateCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: { contract: null },
      needs: [{ what: 'terminate', at: ['Mutation.terminateContract'] }],
    }),
  run: async (step, tenant) => {
    const input = { contractId: tenant.idOf('contract', step.contract) };
    const asked = {
      mutation: 'terminateContract',
      wanted: 'ContractTerminated',
      fields: 'contract { id }',
      input,
    };
    const answer = await tenant.send<object>(asked, step.idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};

/** A quote. */
export const quote: Verb<QuoteCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: { name: null, customer: null, plan: null, quantity: null, coupons: null },
      needs: [{ what: 'quote', at: ['Mutation.createQuote'] }],
    }),
  run: async ({ name, customer, plan, quantity, coupons, idempotencyKey }, tenant) => {
    const input = {
      customerId: tenant.idOf('customer', customer),
      subscription: {
        planId: tenant.idOf('plan', plan),
        ...(quantity === undefined ? {} : { quantity }),
        ...(coupons === undefined ? {} : { couponIds: coupons.map((one) => tenant.idOf('coupon', one)) }),
      },
    };
    const asked = { mutation: 'createQuote', wanted: 'QuoteCreated', fields: 'quote { id }', input };
    const answer = await tenant.send<{ quote: { id: string } }>(asked, idempotencyKey);
    if (!answer.accepted) return answer;
    tenant.names.keep('quote', name, answer.value.quote.id);
    return ACCEPTED;
  },
};

/** A quote is accepted. */
export const accept: Verb<AcceptCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: { quote: null, name: null },
      needs: [{ what: 'accept_quote', at: ['Mutation.acceptQuote'] }],
    }),
  run: async (step, tenant) => {
    const input = { quoteId: tenant.idOf('quote', step.quote) };
    const asked = {
      mutation: 'acceptQuote',
      wanted: 'QuoteAccepted',
      fields: 'quote { subscriptionId }',
      input,
    };
    const answer = await tenant.send<{ quote: { subscriptionId: string } }>(asked, step.idempotencyKey);
    if (!answer.accepted) return answer;
    tenant.names.keep('subscription', step.name, answer.value.quote.subscriptionId);
    return ACCEPTED;
  },
};

/** Who pays. */
export const payer: Verb<PayerCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: { customer: null, payer: null },
      needs: [{ what: 'payer', at: ['Mutation.changeCustomerPayer'] }],
    }),
  run: async (step, tenant) => {
    const payerId = step.payer === null ? null : tenant.idOf('customer', step.payer);
    const input = { customerId: tenant.idOf('customer', step.customer), payerId };
    const fields = 'customer { id }';
    const asked = { mutation: 'changeCustomerPayer', wanted: 'CustomerPayerChanged', fields, input };
    const answer = await tenant.send<object>(asked, step.idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};

/** An entitlement beside the plan's. */
export const entitle: Verb<EntitleCommand> = {
  lacks: (step, api) =>
    lacking({
      ...{ api, step },
      fields: { customer: null, feature: null, meter: null, quantity: null, expiresAt: null },
      needs: [{ what: 'entitle', at: ['Mutation.grantEntitlement'] }],
    }),
  run: async ({ customer, feature, meter, quantity, expiresAt, idempotencyKey }, tenant) => {
    const input = {
      ...{ customerId: tenant.idOf('customer', customer), feature },
      ...(meter === undefined ? {} : { meterId: tenant.idOf('meter', meter) }),
      ...(quantity === undefined ? {} : { quantity }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const asked = {
      mutation: 'grantEntitlement',
      wanted: 'EntitlementGranted',
      fields: 'grant { id }',
      input,
    };
    const answer = await tenant.send<object>(asked, idempotencyKey);
    return answer.accepted ? ACCEPTED : answer;
  },
};
