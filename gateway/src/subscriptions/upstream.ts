import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { AsyncSource } from '@tollgate/runtime/live/async-source';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { codeOf } from '../base/errors.js';
import { SubscriptionRejected } from '../endpoints/transport.js';
import type { FetchContext } from '../fast-path/fetch.js';
import type { SubscriptionPlan } from '../federation/event-plan.js';
import type { Federation } from '../federation/federation.js';
import type { Operation } from '../operation/operations.js';
import { conflationKey } from './conflation.js';
import { Mailbox } from './mailbox.js';

/** A source that broke is opened again after these waits, then its subscribers are told. */
const REOPEN_WAITS_MS = [100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000] as const;
const NEWEST_MAX = 100;

export interface UpstreamParts {
  readonly federation: Pick<Federation, 'completeEvent'>;
  readonly endpoint: SubgraphEndpoint;
  readonly logger: Logger;
  readonly plan: SubscriptionPlan;
  readonly operation: Operation;
  readonly context: FetchContext;
  /** Called once, when nobody reads it any more or its source is over. */
  readonly onClose: () => void;
}

/** One open subscription of a subgraph; each of its events is completed once for all who read it. */
export class Upstream {
  /** Resolves when the source is open, rejects when it was not to be had. */
  readonly ready: Promise<void>;
  readonly #parts: UpstreamParts;
  readonly #readers = new Set<Mailbox<SubgraphResponse>>();
  /** The newest answer about each thing: what a reader that joins late starts with, as the first one did. */
  readonly #newest = new LRUCache<string, SubgraphResponse>({ max: NEWEST_MAX });
  #events: AsyncIterableIterator<SubgraphResponse> | undefined;
  #closed = false;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
    this.ready = this.#connect();
    this.ready.then(
      () => void this.#pump(),
      () => parts.onClose(),
    );
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** A reader of its own, which starts with the newest answers; the last one that leaves closes the source. */
  read(): Mailbox<SubgraphResponse> {
    const reader = new Mailbox<SubgraphResponse>(() => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#close();
    });
    this.#readers.add(reader);
    // Oldest first, as they came.
    for (const [slot, answer] of [...this.#newest.entries()].reverse()) reader.put(slot, answer);
    return reader;
  }

  /** Ends every reader, and with them the source. */
  end(): void {
    for (const reader of this.#readers) reader.end();
    this.#close();
  }

  /** Runs until the source ends or the last reader leaves; a broken source is opened again. */
  async #pump(): Promise<void> {
    for (let failures = 0; !this.#closed;) {
      try {
        const event = await this.#next();
        if (event === null) break;
        failures = 0;
        await this.#deliver(event);
      } catch (error) {
        if (!(await this.#recover(error, failures))) break;
        failures += 1;
      }
    }
    this.end();
  }

  /** True when the source is open again, or may be tried again; false when it is time to give up. */
  async #recover(error: unknown, failures: number): Promise<boolean> {
    if (error instanceof SubscriptionRejected) {
      await this.#deliver({ errors: error.errors });
      return false;
    }
    const { logger, endpoint } = this.#parts;
    logger.warn({ subgraph: endpoint.name, error: String(error) }, 'subscription source broke');
    this.#stopSource();
    const waitMs = REOPEN_WAITS_MS[failures];
    if (waitMs === undefined) return false;
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    if (this.#closed) return false;
    await this.#connect().catch(() => {
      this.#events = brokenSource();
    });
    return true;
  }

  async #deliver(event: SubgraphResponse): Promise<void> {
    const { federation, plan, operation, context } = this.#parts;
    const answer = await federation
      .completeEvent(plan, { event, variables: operation.variables, context })
      .catch((error: unknown) => failed(error));
    const slot = conflationKey(answer);
    if (answer.errors === undefined) this.#newest.set(slot, answer);
    for (const reader of this.#readers) reader.put(slot, answer);
  }

  async #connect(): Promise<void> {
    const { plan, operation, endpoint, context } = this.#parts;
    const wanted = new Set(plan.primary.variableUsages ?? []);
    const variables = Object.fromEntries(
      Object.entries(operation.variables).filter(([name]) => wanted.has(name)),
    );
    this.#events = await endpoint.subscribe({
      query: plan.primary.operation,
      variables,
      operationName: plan.primary.operationName,
      headers: context.headers(),
    });
    // The last reader may have left while the source was opening.
    if (this.#closed) this.#stopSource();
  }

  async #next(): Promise<SubgraphResponse | null> {
    const result = await this.#events?.next();
    return result === undefined || result.done === true ? null : result.value;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onClose();
    this.#stopSource();
  }

  #stopSource(): void {
    const events = this.#events;
    this.#events = undefined;
    events?.return?.().catch(() => undefined);
  }
}

/** Stands in for a source that could not be opened, so that the next attempt waits longer. */
function brokenSource(): AsyncIterableIterator<SubgraphResponse> {
  const source = new AsyncSource<SubgraphResponse>({ pendingMax: 1 });
  source.fail(new Error('not open'));
  return source;
}

function failed(error: unknown): SubgraphResponse {
  const known =
    error instanceof GraphQLError && codeOf(error) !== undefined
      ? error
      : new GraphQLError('Internal error', { extensions: { code: 'INTERNAL' } });
  return { data: null, errors: [known.toJSON()] };
}
