import { assert, unreachable } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { invalid, type InvalidInput } from '@tollgate/kernel/input';
import type { Instant } from '@tollgate/kernel/time/time';
import type { ProviderName } from '../../providers/domain/provider.js';
import { looksLikeCard } from './card-data.js';

/** What a provider gave out for a customer's card or wallet. Never card data. */
export interface MethodFields {
  readonly token: string;
  readonly providerCustomer: string | null;
  readonly label: string | null;
}

/** A payment method. A removed one stays: its open holds are still to be released. */
export interface Method extends MethodFields {
  readonly id: string;
  readonly customerId: string;
  readonly provider: ProviderName;
  readonly addedAt: Instant;
  readonly removedAt: Instant | null;
}

/** Null before it is added. */
export type MethodState = Method | null;

export type MethodEvent =
  | ({
      readonly type: 'PaymentMethodAdded';
      readonly methodId: string;
      readonly customerId: string;
      readonly provider: ProviderName;
      readonly at: Instant;
    } & MethodFields)
  | { readonly type: 'PaymentMethodRemoved'; readonly at: Instant };

export type MethodCommand =
  | ({
      readonly type: 'Add';
      readonly methodId: string;
      readonly customerId: string;
      readonly provider: ProviderName;
      /** How many the customer has on file already. */
      readonly onFile: number;
      readonly at: Instant;
    } & MethodFields)
  | {
      readonly type: 'Remove';
      readonly methodId: string;
      /** The customer that the caller is limited to. */
      readonly limit: string | null;
      readonly at: Instant;
    };

export interface UnknownPaymentMethod extends Rejection {
  readonly reason: 'UnknownPaymentMethod';
  readonly paymentMethodId: string;
}

export type MethodRejection = InvalidInput | UnknownPaymentMethod;

export const METHODS_MAX = 20;

const TOKEN = /^[A-Za-z0-9_-]{1,255}$/;
const LABEL_LENGTH_MAX = 100;
const LABEL = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${LABEL_LENGTH_MAX}}$`, 'u');

/** The rules of a payment method on file. */
export const methodDecider: Decider<MethodState, MethodCommand, MethodEvent, MethodRejection> = {
  initial: null,
  decide,
  evolve,
};

function decide(command: MethodCommand, state: MethodState): Decision<MethodEvent, MethodRejection> {
  switch (command.type) {
    case 'Add':
      return state === null ? add(command) : accept();
    case 'Remove':
      return remove(command, state);
    default:
      return unreachable(command);
  }
}

function add(command: MethodCommand & { readonly type: 'Add' }): Decision<MethodEvent, MethodRejection> {
  const { methodId, customerId, provider, token, providerCustomer, label, onFile, at } = command;
  const rejection = fieldRejection({ token, providerCustomer, label });
  if (rejection !== null) return reject(rejection);
  if (onFile >= METHODS_MAX)
    return reject(
      invalid('input.customerId', `Remove a payment method first: a customer has at most ${METHODS_MAX}.`),
    );
  return accept({
    type: 'PaymentMethodAdded',
    methodId,
    customerId,
    provider,
    token,
    providerCustomer,
    label,
    at,
  });
}

function remove(
  { methodId, limit, at }: MethodCommand & { readonly type: 'Remove' },
  state: MethodState,
): Decision<MethodEvent, MethodRejection> {
  const isTheirs = state !== null && (limit === null || state.customerId === limit);
  if (isTheirs && state.removedAt === null) return accept({ type: 'PaymentMethodRemoved', at });
  return reject({
    reason: 'UnknownPaymentMethod',
    message: 'There is no such payment method.',
    paymentMethodId: methodId,
  });
}

function evolve(state: MethodState, event: MethodEvent): MethodState {
  switch (event.type) {
    case 'PaymentMethodAdded': {
      const { methodId, customerId, provider, token, providerCustomer, label, at } = event;
      return {
        id: methodId,
        customerId,
        provider,
        token,
        providerCustomer,
        label,
        addedAt: at,
        removedAt: null,
      };
    }
    case 'PaymentMethodRemoved':
      assert(state !== null, 'only what was added is removed');
      return { ...state, removedAt: event.at };
    default:
      return unreachable(event);
  }
}

/** What is wrong with a new payment method, or null. Card numbers never get in, wherever they are put. */
export function fieldRejection(fields: MethodFields): InvalidInput | null {
  const { token, providerCustomer, label } = fields;
  for (const [field, value] of Object.entries({ token, providerCustomer, label }))
    if (value !== null && looksLikeCard(value))
      return invalid(
        `input.${field}`,
        'Give the token that the provider gave out: card numbers are not accepted.',
      );
  if (!TOKEN.test(token))
    return invalid('input.token', `Give a token ${TOKEN_RULE}, for example pm_card_visa.`);
  if (providerCustomer !== null && !TOKEN.test(providerCustomer))
    return invalid(
      'input.providerCustomer',
      `Give the provider's customer ${TOKEN_RULE}, for example cus_NffrFeUfNV2Hib.`,
    );
  if (label !== null && (label.trim() === '' || !LABEL.test(label)))
    return invalid(
      'input.label',
      `Give a label of 1 to ${LABEL_LENGTH_MAX} printable characters, for example Visa 4242.`,
    );
  return null;
}

const TOKEN_RULE = 'of 1 to 255 letters, digits, "_" and "-"';
