import { Presets, SingleBar } from 'cli-progress';
import type { TollgateClient } from '@tollgate/client/client';
import { advanceClock, CUSTOMERS, EVENT_TYPE, type DemoCustomer } from './scenario.js';
import type { Call } from './trace.js';

export interface Counts {
  sent: number;
  accepted: number;
  duplicate: number;
  rejected: number;
}

const EVENTS_PER_REQUEST = 250;
const REQUESTS_AT_ONCE = 4;

const REPORT = `mutation Report($input: ReportUsageInput!) {
  answer: reportUsage(input: $input) {
    __typename
    ... on UsageReported { accepted duplicate rejected outcomes(only: [REJECTED]) { id rejection { code message } } }
    ... on Rejection { message }
  }
}`;

interface Reported {
  readonly __typename: string;
  readonly message?: string;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly outcomes: readonly {
    readonly id: string;
    readonly rejection: { readonly code: string; readonly message: string };
  }[];
}

/** Streams the whole trace: row i, from 0, belongs to customer i mod 8 + 1, and its event id never changes. */
export async function streamTrace(
  client: TollgateClient,
  options: {
    readonly title: string;
    readonly calls: readonly Call[];
    readonly customers: readonly DemoCustomer[];
    readonly periodEnd: string;
  },
): Promise<Counts> {
  const { calls, customers } = options;
  const counts: Counts = { sent: 0, accepted: 0, duplicate: 0, rejected: 0 };
  const bar = new SingleBar(
    {
      format: `${options.title} {bar} {value}/{total} events, {duration_formatted}`,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    },
    Presets.shades_classic,
  );
  bar.start(calls.length, 0);
  const clock = new Clock(client, options.periodEnd);
  await clock.reach(latest(calls));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls.length) {
      const from = next;
      next += EVENTS_PER_REQUEST;
      const part = calls.slice(from, from + EVENTS_PER_REQUEST);
      await clock.pass(latest(part));
      add(
        counts,
        await report(
          client,
          part.map((call, offset) => eventOf(call, from + offset, customers)),
        ),
        part.length,
      );
      bar.update(counts.sent);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker));
  bar.stop();
  return counts;
}

/** The tenant's clock follows the trace, for events from the future are refused. */
class Clock {
  #at = Number.NEGATIVE_INFINITY;
  #moving: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: TollgateClient,
    private readonly periodEnd: string,
  ) {}

  /** As far as the trace goes, but not beyond the first period: its usage is still to come. */
  reach(atMs: number): Promise<void> {
    return this.pass(Math.min(atMs, Date.parse(this.periodEnd) - 1));
  }

  /** At least this far. */
  pass(atMs: number): Promise<void> {
    this.#moving = this.#moving.then(async () => {
      if (atMs <= this.#at) return;
      await advanceClock(this.client, new Date(Math.ceil(atMs)).toISOString());
      this.#at = atMs;
    });
    return this.#moving;
  }
}

async function report(client: TollgateClient, events: readonly object[]): Promise<Reported> {
  const { answer } = await client.call<{ answer: Reported }>(REPORT, { input: { events } });
  if (answer.__typename !== 'UsageReported')
    throw new Error(`reportUsage: ${answer.__typename}: ${answer.message}`);
  return answer;
}

function add(counts: Counts, answer: Reported, sent: number): void {
  counts.sent += sent;
  counts.accepted += answer.accepted;
  counts.duplicate += answer.duplicate;
  counts.rejected += answer.rejected;
  for (const { id, rejection } of answer.outcomes)
    process.stderr.write(`\nrejected ${id}: ${rejection.code}: ${rejection.message}\n`);
}

function eventOf(call: Call, row: number, customers: readonly DemoCustomer[]): object {
  return {
    id: `row-${row}`,
    customerId: customers[row % CUSTOMERS]?.id,
    type: EVENT_TYPE,
    timestamp: call.timestamp,
    properties: { inputTokens: call.inputTokens, outputTokens: call.outputTokens },
  };
}

function latest(calls: readonly Call[]): number {
  return calls.reduce((most, call) => Math.max(most, Date.parse(call.timestamp)), Number.NEGATIVE_INFINITY);
}
