import type { TollgateClient } from '@tollgate/client/client';
import { METERS, type DemoCustomer, type MeterCode } from './scenario.js';

/** Token totals of one customer, decimal text. */
export type Totals = Record<MeterCode, string>;

const ZERO: Totals = { input_tokens: '0', output_tokens: '0' };

interface MeterTotal {
  readonly meter: { readonly code: string };
  readonly quantity: string;
}

/** What a customer used from the start of its first period until now, asked for. */
export async function queryUsage(
  client: TollgateClient,
  customer: DemoCustomer,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Totals> {
  const { usage } = await client.call<{ usage: readonly MeterTotal[] }>(
    `query Usage($customerId: ID!, $from: DateTime!, $to: DateTime!) {
      usage(customerId: $customerId, from: $from, to: $to) { meter { code } quantity }
    }`,
    { customerId: customer.id, from, to },
  );
  return totalsOf(usage);
}

/** Watches a customer's live totals; keeps the last update and counts them. */
export class LiveWatch {
  last: Totals = ZERO;
  updates = 0;
  readonly #stop: () => void;

  constructor(client: TollgateClient, customer: DemoCustomer) {
    type Data = { usageUpdated: { totals: readonly MeterTotal[] } };
    this.#stop = client.watch<Data>(
      `subscription Live($customerId: ID!) {
        usageUpdated(customerId: $customerId) { at totals { meter { code } quantity } }
      }`,
      { customerId: customer.id },
      ({ usageUpdated }) => {
        this.updates += 1;
        this.last = totalsOf(usageUpdated.totals);
      },
    );
  }

  stop(): void {
    this.#stop();
  }
}

/** Whether both count the same usage for every meter. */
export function sameTotals(left: Totals, right: Totals): boolean {
  return METERS.every((code) => left[code] === right[code]);
}

function totalsOf(totals: readonly MeterTotal[]): Totals {
  const result = { ...ZERO };
  for (const { meter, quantity } of totals) {
    if (meter.code === 'input_tokens' || meter.code === 'output_tokens') result[meter.code] = quantity;
  }
  return result;
}
