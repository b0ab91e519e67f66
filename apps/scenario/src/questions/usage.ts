import type { NumberingQuestion, UsageQuestion } from '../format/questions.js';
import { listInvoices } from './invoice-list.js';
import { whole, type Reader } from './reader.js';

interface MeterUsage {
  readonly meter: { readonly id: string };
  readonly quantity: string;
}

/** What a meter comes to between two instants. */
export const usage: Reader<UsageQuestion> = {
  coverage: (_question, api) => whole(api, ['Query.usage']),
  read: async (question, tenant) => {
    const document = `query Usage($customerId: ID!, $from: DateTime!, $to: DateTime!) {
      usage(customerId: $customerId, from: $from, to: $to) { meter { id } quantity }
    }`;
    const { from, to } = question;
    const customerId = tenant.idOf('customer', question.customer);
    const found = await tenant.client.call<{ usage: readonly MeterUsage[] }>(document, {
      customerId,
      from,
      to,
    });
    const meterId = tenant.idOf('meter', question.meter);
    // A meter without events may be left out of the list.
    return { quantity: found.usage.find(({ meter }) => meter.id === meterId)?.quantity ?? '0' };
  },
};

/** How many invoice numbers were given out, and whether they are 1 to that many. */
export const numbering: Reader<NumberingQuestion> = {
  coverage: (_question, api) => whole(api, ['Invoice.number']),
  read: async (_question, tenant) => {
    const found = await listInvoices<{ number: string | null }>(tenant, 'number');
    return numberingOf(found.flatMap(({ number }) => (number === null ? [] : [number])));
  },
};

/** The numbers end in their position in the tenant's sequence. */
export function numberingOf(numbers: readonly string[]): { issued: number; gapless: boolean } {
  const positions = numbers.map((number) => Number(/(\d+)$/.exec(number)?.[1])).sort((a, b) => a - b);
  const gapless = positions.every((position, index) => position === index + 1);
  return { issued: numbers.length, gapless };
}
