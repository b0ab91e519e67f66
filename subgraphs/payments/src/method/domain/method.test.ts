import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { instant } from '@tollgate/kernel/time/time';
import {
  fieldRejection,
  METHODS_MAX,
  methodDecider,
  type MethodCommand,
  type MethodState,
} from './method.js';

const fields = (change: object) => ({
  token: 'pm_card_visa',
  providerCustomer: null,
  label: null,
  ...change,
});

test.each([
  ['token', '4242424242424242'],
  ['token', '4242-4242-4242-4242'],
  ['token', 'pm_4242424242424242'],
  ['token', '378282246310005'],
  ['label', 'my card 4242 4242 4242 4242'],
  ['providerCustomer', '5555555555554444'],
])('a card number in %s is rejected: %s', (field, value) => {
  expect(fieldRejection(fields({ [field]: value }))).toMatchObject({
    reason: 'InvalidInput',
    field: `input.${field}`,
    message: expect.stringContaining('card numbers are not accepted'),
  });
});

test.each([
  ['token', ''],
  ['token', 'pm card'],
  ['token', 'x'.repeat(256)],
  ['providerCustomer', 'cus/1'],
  ['label', ' '],
  ['label', 'x'.repeat(101)],
  ['label', 'half \ud83d'],
  ['label', 'a\u0000b'],
])('a malformed %s is rejected', (field, value) => {
  expect(fieldRejection(fields({ [field]: value }))?.field).toBe(`input.${field}`);
});

test.each(['pm_card_visa', 'pm_1PQabcDEF0123456789', '8kk8451t', 'paypal_vault_ok', 'x'.repeat(255)])(
  'the token %s is accepted',
  (token) => {
    expect(fieldRejection(fields({ token, label: 'Visa 4242' }))).toBeNull();
  },
);

const AT = instant('2024-01-31T00:00:00.000Z');
const ADD: MethodCommand = {
  type: 'Add',
  methodId: 'pmt_1',
  customerId: 'cus_1',
  provider: 'stripe',
  token: 'pm_card_visa',
  providerCustomer: null,
  label: null,
  onFile: 0,
  at: AT,
};
const remove = (limit: string | null): MethodCommand => ({
  type: 'Remove',
  methodId: 'pmt_1',
  limit,
  at: AT,
});

function after(...commands: readonly MethodCommand[]): MethodState {
  return commands.reduce<MethodState>((state, command) => {
    const decision = methodDecider.decide(command, state);
    return decision.ok ? foldEvents(methodDecider, decision.events, state) : state;
  }, methodDecider.initial);
}

test('a removed method stays, for its open holds are still to be released', () => {
  expect(after(ADD, remove(null))).toMatchObject({ token: 'pm_card_visa', removedAt: AT });
});

test('a method that is not there, gone, or of another customer is unknown', () => {
  const unknown = { ok: false, rejection: { reason: 'UnknownPaymentMethod', paymentMethodId: 'pmt_1' } };
  expect(methodDecider.decide(remove(null), null)).toMatchObject(unknown);
  expect(methodDecider.decide(remove(null), after(ADD, remove(null)))).toMatchObject(unknown);
  expect(methodDecider.decide(remove('cus_2'), after(ADD))).toMatchObject(unknown);
  expect(methodDecider.decide(remove('cus_1'), after(ADD)).ok).toBe(true);
});

test('a customer has a bounded number of methods', () => {
  expect(methodDecider.decide({ ...ADD, onFile: METHODS_MAX - 1 }, null).ok).toBe(true);
  expect(methodDecider.decide({ ...ADD, onFile: METHODS_MAX }, null)).toMatchObject({
    ok: false,
    rejection: { reason: 'InvalidInput', field: 'input.customerId' },
  });
});
