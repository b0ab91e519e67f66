import { setTimeout } from 'node:timers/promises';
import { IDENTITY_HEADER } from '@tollgate/runtime/base/identity';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { codeOf, rejection, type RejectionCode, REJECTION_STATUS } from '../base/errors.js';
import type { Authenticator, Caller } from '../caller/identity.js';
import type { CallerBudget } from '../caller/budget.js';
import type { BlockAnswer } from './report.js';

/** Between tries of a block that could not be stored; together longer than a database takes to fail over. */
const TRIES_MS = [100, 200, 400, 800, 1_600, 3_200, 6_400];
/** A caller that has spent what it may in a moment waits for the next. */
const BUDGET_WAIT_MS = 250;
const BUDGET_TRIES = 120;

export interface UsageParts {
  readonly endpoints: ReadonlyMap<string, Pick<SubgraphEndpoint, 'raw'>>;
  readonly authenticator: Pick<Authenticator, 'sign'>;
  readonly budget: CallerBudget;
}

/** Whose events they are, and how they are taken. */
export interface Taking {
  readonly caller: Caller;
  readonly requestId: string;
  /** Whether events are kept whose type no meter listens to. */
  readonly keepsUnknown: boolean;
}

/**
 * Stores events, which are paid for like any other operation. Where they cannot be stored, it waits and tries again: that holds
 * up whoever sends them. Throws at last; what was stored twice counts once.
 */
export async function store(
  parts: UsageParts,
  { caller, requestId, keepsUnknown }: Taking,
  { body, lines }: { readonly body: Buffer; readonly lines: number },
): Promise<BlockAnswer> {
  const usage = parts.endpoints.get('usage');
  if (usage === undefined) throw rejection('NOT_FOUND', 'There is no such page');
  await pay(parts.budget, caller.key, lines);
  for (let tries = 0; ; tries += 1) {
    const waitMs = TRIES_MS[tries];
    try {
      const answer = await usage.raw({
        method: 'POST',
        path: '/ingest',
        headers: {
          [IDENTITY_HEADER]: parts.authenticator.sign(caller.identity),
          'x-request-id': requestId,
          'content-type': 'application/x-ndjson',
          ...(keepsUnknown ? { 'x-unknown-types': 'keep' } : {}),
        },
        body,
      });
      if (answer.status === 200) return JSON.parse(answer.body) as BlockAnswer;
      throw errorOf(answer);
    } catch (error) {
      if (codeOf(error) !== 'SUBGRAPH_UNAVAILABLE' || waitMs === undefined) throw error;
      await setTimeout(waitMs);
    }
  }
}

/** One caller's events are as dear as what they hold; who sends faster than it may is held up. */
async function pay(budget: CallerBudget, key: string, lines: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await budget.pay(key, lines);
      return;
    } catch (error) {
      if (codeOf(error) !== 'RATE_LIMITED' || tries >= BUDGET_TRIES) throw error;
      await setTimeout(BUDGET_WAIT_MS);
    }
  }
}

function errorOf({ status, body }: { readonly status: number; readonly body: string }): Error {
  if (status === 503) return rejection('SUBGRAPH_UNAVAILABLE', 'The events cannot be stored at the moment');
  const { code, message } = saidBy(body);
  const known: RejectionCode = code in REJECTION_STATUS ? (code as RejectionCode) : 'INTERNAL';
  return rejection(known, message);
}

function saidBy(body: string): { readonly code: string; readonly message: string } {
  try {
    return JSON.parse(body) as { code: string; message: string };
  } catch {
    return { code: 'INTERNAL', message: 'Internal error' };
  }
}
