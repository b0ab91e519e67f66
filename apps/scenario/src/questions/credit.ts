import type { BalanceQuestion, CustomerQuestion } from '../format/questions.js';
import { listInvoices } from './invoice-list.js';
import type { Reader } from './reader.js';

interface Money {
  readonly amount: string;
}

interface NoteNode extends Readonly<Record<NoteAmount, Money>> {
  readonly items: readonly { readonly lineId: string; readonly amount: Money }[];
  readonly taxes: readonly { readonly name: string; readonly amount: Money }[];
  readonly createdAt: string;
  readonly id: string;
}

interface WalletNode {
  readonly balance: Money;
  readonly grants: { readonly nodes: readonly { readonly name: string; readonly remaining: Money }[] };
}

interface InvoiceNode {
  readonly lines: readonly { readonly id: string }[];
  readonly creditNotes: readonly NoteNode[];
}

const AMOUNTS = ['subtotal', 'tax', 'total', 'toDue', 'toLoss', 'toWallet', 'toBalance', 'refunded'] as const;
type NoteAmount = (typeof AMOUNTS)[number];
const SHOWN = new Set<string>([...AMOUNTS, 'invoice', 'items', 'taxes', 'createdAt']);

const SELECTION = `lines { id } creditNotes {
  id createdAt items { lineId amount { amount } } taxes { name amount { amount } }
  ${AMOUNTS.map((name) => `${name} { amount }`).join(' ')}
}`;

/** Credit notes of a customer, the oldest first. */
export const creditNotes: Reader<CustomerQuestion> = {
  coverage: ({ is }, api) => ({
    lacking: api.has('Invoice.creditNotes')
      ? [...new Set(is.flatMap((note) => Object.keys(note)))].filter((key) => !SHOWN.has(key))
      : ['credit_notes'],
    assumed: [],
  }),
  read: async (question, tenant) => {
    const customerId = tenant.idOf('customer', question.customer);
    const found = await listInvoices<InvoiceNode>(tenant, SELECTION, customerId);
    const notes = found.flatMap(({ lines, creditNotes: list }, index) =>
      list.map((note) => ({ note, invoice: index + 1, places: lines.map(({ id }) => id) })),
    );
    return notes
      .sort((left, right) => (left.note.id < right.note.id ? -1 : 1))
      .map(({ note, invoice, places }) => ({
        invoice,
        items: note.items.map(({ lineId, amount }) => ({
          line: places.indexOf(lineId) + 1,
          amount: amount.amount,
        })),
        taxes: note.taxes.map(({ name, amount }) => ({ name, amount: amount.amount })),
        ...Object.fromEntries(AMOUNTS.map((name) => [name, note[name].amount])),
        createdAt: note.createdAt,
      }));
  },
};

/** The credit balance and the wallet. */
export const balance: Reader<BalanceQuestion> = {
  coverage: (_question, api) =>
    api.has('Customer.creditBalance') && api.has('Customer.wallet')
      ? { lacking: [], assumed: [] }
      : { lacking: ['balance'], assumed: [] },
  read: async (question, tenant) => {
    const id = tenant.idOf('customer', question.customer);
    const currency = question.currency ?? (await currencyOf(tenant, id));
    const document = `query Balance($id: ID!, $currency: Currency!) {
      customer(id: $id) {
        creditBalance(currency: $currency) { amount }
        wallet(currency: $currency) { balance { amount } grants(first: 200) { nodes { name remaining { amount } } } }
      }
    }`;
    type Found = { customer: { creditBalance: Money; wallet: WalletNode } | null };
    const { customer } = await tenant.client.call<Found>(document, { id, currency });
    const grants = customer?.wallet.grants.nodes ?? [];
    return {
      credit: customer?.creditBalance.amount ?? '0',
      wallet: customer?.wallet.balance.amount ?? '0',
      grants: grants.map(({ name, remaining }) => ({ name, remaining: remaining.amount })),
    };
  },
};

async function currencyOf(tenant: Parameters<typeof balance.read>[1], id: string): Promise<string> {
  const document = 'query Currency($id: ID!) { customer(id: $id) { currency } }';
  type Found = { customer: { currency: string } | null };
  const { customer } = await tenant.client.call<Found>(document, { id });
  return customer?.currency ?? 'USD';
}
