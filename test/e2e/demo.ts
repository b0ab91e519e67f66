import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ExpectedCustomer } from './expected.js';
import { ROOT } from './system.js';

export interface Demo {
  readonly events: Counts;
  readonly resent: Counts;
  readonly customers: readonly DemoCustomer[];
}

interface Counts {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

interface DemoCustomer {
  readonly index: number;
  readonly country: string;
  readonly usage: Totals;
  readonly live: Totals;
  readonly liveUpdates: number;
  readonly invoices: readonly DemoInvoice[];
}

interface Totals {
  readonly input_tokens: string;
  readonly output_tokens: string;
}

interface DemoInvoice {
  readonly number: string;
  readonly status: string;
  readonly currency: string;
  readonly subtotalMinor: string;
  readonly taxMinor: string;
  readonly totalMinor: string;
  readonly lines: readonly {
    readonly kind: string;
    readonly meter: string | null;
    readonly quantity: string;
    readonly amountMinor: string;
  }[];
  readonly payment: {
    readonly provider: string;
    readonly status: string;
    readonly declineCode: string | null;
  };
}

/** The real trace where it is at hand, else a smaller one that was made in its likeness. */
export function tracePath(): string {
  const real = join(ROOT, '../shared/data/llm-usage/AzureLLMInferenceTrace_code.csv');
  return existsSync(real) ? real : join(ROOT, 'test/e2e/trace.csv');
}

/** Runs the demo as a user does, against a running system; resolves with what it wrote. */
export async function runDemo(options: {
  readonly url: string;
  readonly token: string;
  readonly usage: string;
  readonly json: string;
  onOutput?(text: string): void;
}): Promise<Demo> {
  const args = [
    join(ROOT, 'apps/demo/dist/main.js'),
    '--url',
    options.url,
    '--usage',
    options.usage,
    '--json',
    options.json,
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TOLLGATE_TOKEN: options.token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    options.onOutput?.(chunk.toString('utf8'));
  });
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the demo ended with ${code}: ${Buffer.concat(output).toString('utf8')}`);
  return JSON.parse(readFileSync(options.json, 'utf8')) as Demo;
}

/** Every figure of a run against what the file alone says. `exact`: no request had to be repeated. */
export function expectDemo(
  demo: Demo,
  expected: readonly ExpectedCustomer[],
  rows: number,
  exact: boolean,
): void {
  expect(demo.events).toMatchObject({ sent: rows, rejected: 0 });
  expect(demo.events.accepted + demo.events.duplicate).toBe(rows);
  if (exact) expect(demo.events.duplicate).toBe(0);
  expect(demo.resent).toEqual({ sent: rows, accepted: 0, duplicate: rows, rejected: 0 });
  expect(demo.customers.map(figuresOf)).toEqual(expected.map(expectedFigures));
  for (const customer of demo.customers) expect(customer.liveUpdates).toBeGreaterThan(0);
  const numbers = demo.customers
    .flatMap((customer) => customer.invoices.map((invoice) => invoice.number))
    .sort();
  expect(new Set(numbers).size).toBe(expected.length * 2);
}

function figuresOf(customer: DemoCustomer): object {
  const { index, country, usage, live } = customer;
  return {
    index,
    country,
    usage,
    live,
    invoices: customer.invoices.map(({ number: _number, ...invoice }) => withoutProse(invoice)),
  };
}

function withoutProse(invoice: Omit<DemoInvoice, 'number'>): object {
  const { provider, status, declineCode } = invoice.payment;
  return {
    ...invoice,
    lines: invoice.lines.map((line) => ({ ...line })),
    payment: { provider, status, declined: declineCode !== null },
  };
}

function expectedFigures(one: ExpectedCustomer): object {
  const usage = { input_tokens: one.inputTokens.toString(), output_tokens: one.outputTokens.toString() };
  const fee = { kind: 'fee', meter: null, quantity: '1', amountMinor: '2000' };
  const lines = [
    {
      kind: 'usage',
      meter: 'input_tokens',
      quantity: usage.input_tokens,
      amountMinor: one.inputMinor.toString(),
    },
    {
      kind: 'usage',
      meter: 'output_tokens',
      quantity: usage.output_tokens,
      amountMinor: one.outputMinor.toString(),
    },
    fee,
  ];
  return {
    index: one.index,
    country: one.country,
    usage,
    live: usage,
    invoices: [invoice(one, one.first, [fee]), invoice(one, one.second, lines)],
  };
}

function invoice(one: ExpectedCustomer, amounts: { subtotal: bigint; tax: bigint }, lines: object[]): object {
  const declined = one.index === 7;
  return {
    status: declined ? 'open' : 'paid',
    currency: 'USD',
    subtotalMinor: amounts.subtotal.toString(),
    taxMinor: amounts.tax.toString(),
    totalMinor: (amounts.subtotal + amounts.tax).toString(),
    lines,
    payment: {
      provider: one.index === 8 ? 'paypal' : 'stripe',
      status: declined ? 'declined' : 'succeeded',
      declined,
    },
  };
}
