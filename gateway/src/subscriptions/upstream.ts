import { setTimeout as pause } from 'node:timers/promises';
import { RESUMES_HEADER } from '@tollgate/runtime/graphql/endpoint';
import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { codeOf } from '../base/errors.js';
import type { EventContext, SubscriptionPlan } from '../federation/event-plan.js';
import type { Federation } from '../federation/federation.js';
import type { Operation } from '../operation/operations.js';
import { conflationKey } from './conflation.js';
import { Mailbox } from './mailbox.js';
import { Outage } from './outage.js';

const NEWEST_MAX = 100;
const PAY_AGAIN_MS = 250;
/** A connection that broke silently is noticed later; clocks differ besides. */
const UNNOTICED_MS = 30_000;

export interface UpstreamParts {
  readonly federation: Pick<Federation, 'completeEvent'>;
  readonly endpoint: SubgraphEndpoint;
  readonly logger: Logger;
  readonly plan: SubscriptionPlan;
  readonly operation: Operation;
  readonly context: EventContext;
  /** Pays for one event; rejects while its caller has spent what it may. */
  readonly pay: () => Promise<void>;
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
  readonly #outage = new Outage();
  #events: AsyncIterableIterator<SubgraphResponse> | undefined;
  #closed = false;

  constructor(parts: UpstreamParts) {
    this.#parts = parts;
    this.ready = this.#connect({});
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

  /** Ends every reader, and with them the source; with an error where the end is none. */
  end(error?: unknown): void {
    for (const reader of this.#readers) {
      if (error === undefined) reader.end();
      else reader.fail(error);
    }
    this.#close();
  }

  /** Runs until the source rejects it, is away for too long, or the last reader leaves; a broken one is opened again. */
  async #pump(): Promise<void> {
    while (!this.#closed) {
      try {
        const event = await this.#next();
        const rejection = rejectionIn(event);
        if (rejection !== undefined && AWAY.has(codeOf(rejection) ?? '')) throw rejection;
        if (rejection !== undefined && this.#outage.isOn) throw rejection;
        this.#outage.over();
        await this.#paid();
        await this.#deliver(event);
        if (rejection !== undefined) this.end();
      } catch (error) {
        // Where the last reader left, the source was ended from here.
        if (!this.#closed) await this.#recover(error);
      }
    }
  }

  /** Opens the source again after a wait, or ends every reader with the reason why not. */
  async #recover(error: unknown): Promise<void> {
    if (!isPassing(error)) {
      this.end(error);
      return;
    }
    const { logger, endpoint } = this.#parts;
    logger.warn({ subgraph: endpoint.name, error: String(error) }, 'subscription source broke');
    this.#stopSource();
    const waitMs = this.#outage.failed();
    if (waitMs === undefined) {
      this.end(new SourceLost());
      return;
    }
    await pause(waitMs, undefined, { ref: false });
    // Should it fail, then so does the next reading, and the wait grows.
    const sinceMs = this.#outage.begunAtMs - UNNOTICED_MS;
    if (!this.#closed) await this.#connect({ [RESUMES_HEADER]: String(sinceMs) }).catch(() => undefined);
  }

  /** Who has spent what it may gets its events later; newer ones take the place of those that wait at the source. */
  async #paid(): Promise<void> {
    while (!this.#closed) {
      const isPaid = await this.#parts.pay().then(
        () => true,
        () => false,
      );
      if (isPaid) return;
      await pause(PAY_AGAIN_MS, undefined, { ref: false });
    }
  }

  async #deliver(event: SubgraphResponse): Promise<void> {
    const { federation, plan, operation, context } = this.#parts;
    const slot = conflationKey(event, plan.source.keyName);
    const answer = await federation
      .completeEvent(plan, { event, variables: operation.variables, context })
      .catch((error: unknown) => failed(error));
    if (answer.errors === undefined) this.#newest.set(slot, answer);
    for (const reader of this.#readers) reader.put(slot, answer);
  }

  async #connect(headers: Readonly<Record<string, string>>): Promise<void> {
    const { plan, operation, endpoint, context } = this.#parts;
    const wanted = new Set(plan.primary.variableUsages ?? []);
    const variables = Object.fromEntries(
      Object.entries(operation.variables).filter(([name]) => wanted.has(name)),
    );
    this.#events = await endpoint.subscribe({
      query: plan.source.query,
      variables,
      operationName: plan.primary.operationName,
      headers: { ...context.headers(), ...headers },
    });
    this.#outage.opened();
    // The last reader may have left while the source was opening.
    if (this.#closed) this.#stopSource();
  }

  /** Sources have no end of their own: one that ends without a reason has broken. */
  async #next(): Promise<SubgraphResponse> {
    const result = await this.#events?.next();
    if (result === undefined || result.done === true) throw new Error('the source ended');
    return result.value;
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

/** The source of a subscription did not come back in time; whoever watches may try again later. */
export class SourceLost extends Error {
  constructor() {
    super('The source of the subscription is away');
  }
}

/** Why a source does not even begin: an answer without data, as operations have it that are not run. */
function rejectionIn({ data, errors = [] }: SubgraphResponse): GraphQLError | undefined {
  const [first] = errors;
  if (data !== undefined || first === undefined) return undefined;
  return new GraphQLError(first.message, { extensions: first.extensions ?? {} });
}

/** What is away may be back in a moment. */
const AWAY = new Set(['UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE']);

/** True where a source broke; anything else that ends it is an answer. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || code === 'INTERNAL' || AWAY.has(code);
}

function failed(error: unknown): SubgraphResponse {
  const known =
    error instanceof GraphQLError && codeOf(error) !== undefined
      ? error
      : new GraphQLError('Internal error', { extensions: { code: 'INTERNAL' } });
  return { data: null, errors: [known.toJSON()] };
}
