import type { CustomerQuestion } from '../format/questions.js';
import { invoiceIds } from './invoice-list.js';
import type { Reader } from './reader.js';

interface PaymentNode {
  readonly invoice: { readonly id: string };
  readonly at: string;
  readonly amount: { readonly amount: string };
  readonly status: string;
  readonly provider: string | null;
  readonly isOffline?: boolean;
  readonly attempts: readonly { readonly number: number }[];
}

const OFFLINE = 'OFFLINE';

/** A scenario's customer has far fewer tries to pay. */
const PAYMENTS_MAX = 200;

const placeOf = (provider: unknown): string =>
  provider === OFFLINE ? 'Payment.isOffline' : `PaymentProvider.${String(provider)}`;

/** One entry per try to collect, in order. */
export const payments: Reader<CustomerQuestion> = {
  coverage: ({ is }, api) => {
    const values = is.flatMap(({ status, provider }) => [
      `PaymentStatus.${String(status)}`,
      ...(provider === null ? [] : [placeOf(provider)]),
    ]);
    const places = ['Customer.payments', ...new Set(values)];
    return { lacking: places.filter((place) => !api.has(place)), assumed: [] };
  },
  read: async (question, tenant) => {
    const document = `query Payments($id: ID!, $first: Int) {
      customer(id: $id) {
        payments(first: $first) { nodes { invoice { id } at amount { amount } status provider isOffline attempts { number } } }
      }
    }`;
    const id = tenant.idOf('customer', question.customer);
    type Found = { customer: { payments: { nodes: readonly PaymentNode[] } } | null };
    const { customer } = await tenant.client.call<Found>(document, { id, first: PAYMENTS_MAX });
    const positions = await invoiceIds(tenant, id);
    const tries = customer?.payments.nodes.filter((node) => !isForNothing(node));
    return tries?.map((node) => ({
      invoice: positions.indexOf(node.invoice.id) + 1,
      at: node.at,
      amount: node.amount.amount,
      status: node.status,
      provider: node.isOffline === true ? OFFLINE : node.provider,
    }));
  },
};

/** Credit paid all that was due: nobody was asked for money, which is no try to collect. */
function isForNothing({ status, attempts }: PaymentNode): boolean {
  return status === 'CANCELLED' && attempts.length === 0;
}
