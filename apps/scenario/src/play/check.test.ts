import { expect, test } from 'vitest';
import { PublicApi } from '../api/public-api.js';
import type { Scenario, Step } from '../format/scenario.js';
import { checkScenario } from './check.js';

const API = new PublicApi([
  'CreateTenantInput.currency',
  'Mutation.createPlan',
  'BillingInterval.MONTH',
  'PlanPriceInput.key',
  'PlanPriceInput.price',
  'PriceInput.flat',
  'Mutation.createSubscription',
  'Invoice.status',
  'Invoice.total',
  'Invoice.lines',
  'InvoiceLine.kind',
  'InvoiceStatus.PAID',
  'LineKind.FEE',
]);

const flat = [{ key: 'base', price: { model: 'flat', flatAmount: '1.00' } }] as const;

function scenario(steps: readonly Step[], tenant: Scenario['tenant'] = {}): Scenario {
  return { id: 'x', title: 'x', topic: 'start', clock: '2025-01-01T00:00:00Z', tenant, steps };
}

const messages = (steps: readonly Step[], tenant?: Scenario['tenant']): string[] =>
  checkScenario(scenario(steps, tenant), API).unsupported.map(({ message }) => message);

test('what the API has is supported', () => {
  const steps: Step[] = [
    { do: 'plan', name: 'p', interval: 'month', prices: flat },
    { do: 'subscribe', name: 's', customer: 'c', plan: 'p' },
    { expect: 'invoices', customer: 'c', is: [{ status: 'PAID', lines: [{ kind: 'FEE' }], total: '1.00' }] },
  ];
  expect(messages(steps, { currency: 'EUR', graceSeconds: 0, pricing: 'exclusive' })).toEqual([]);
});

test('a verb, a field, a value, a setting or a question that the API lacks is named', () => {
  expect(messages([{ do: 'pause', subscription: 's' }])).toEqual(['not supported: pause']);
  expect(messages([{ do: 'subscribe', name: 's', customer: 'c', plan: 'p', trialDays: 3 }])).toEqual([
    'not supported: subscribe (trialDays)',
  ]);
  expect(messages([{ do: 'subscribe', name: 's', customer: 'c', plan: 'p', quantity: '2' }])).toEqual([
    'not supported: subscribe (quantity)',
  ]);
  expect(messages([{ do: 'plan', name: 'p', interval: 'week', prices: flat }])).toEqual([
    'not supported: plan (week)',
  ]);
  expect(messages([], { dueDays: 14 })).toEqual(['not supported: tenant (dueDays)']);
  expect(messages([{ expect: 'ledger', is: {} }])).toEqual(['not supported: ledger (Query.ledger)']);
  expect(messages([{ expect: 'invoices', customer: 'c', is: [{ amountPaid: '0' }] }])).toEqual([
    'not supported: invoices (amountPaid)',
  ]);
  expect(messages([{ expect: 'invoices', customer: 'c', is: [{ lines: [{ kind: 'LATE' }] }] }])).toEqual([
    'not supported: invoices (kind LATE)',
  ]);
});

test('a key that can only have its neutral value is assumed, and said so', () => {
  const question: Step = { expect: 'invoices', customer: 'c', is: [{ total: '1.00', discount: '0.00' }] };
  expect(checkScenario(scenario([question]), API)).toEqual({
    unsupported: [],
    assumed: ['invoices.discount'],
  });
});
