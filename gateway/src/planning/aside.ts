import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLErrorExtensions } from 'graphql';
import { GraphQLError, print } from 'graphql';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { rejection } from '../base/errors.js';

/** What a document may take to be planned. The worst that passes the bounds takes half a second. */
const PLANNING_MAX_MS = 10_000;
/** What the thread may take to start: two seconds, and many more where others have the processors. That is no document's fault. */
const START_MAX_MS = 60_000;
const TOO_LONG = 'This document takes too long to plan: ask for fewer fields, or in several requests';
/** Compiled, also where this file runs as it was written. */
const THREAD = new URL('../../dist/planning/thread.js', import.meta.url);

/** An operation for the thread. */
export interface Ask {
  readonly text: string;
  readonly operationName: string | undefined;
}

/** What the thread says once it can plan. */
export const READY = 'ready';

/** What the thread says to an operation. */
export type Planned =
  | { readonly plan: QueryPlan }
  | { readonly message: string; readonly extensions: GraphQLErrorExtensions | undefined };

/** A thread, and that it can plan by now. */
interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<unknown>;
}

/**
 * Plans in a thread of its own, which starts with the first document and ends with `close`. Whoever asks waits for the
 * plan before: one at a time.
 */
export class Aside {
  readonly #supergraphSdl: string;
  #thread: Thread | undefined;

  constructor(supergraphSdl: string) {
    this.#supergraphSdl = supergraphSdl;
  }

  /** The plan of an operation. Rejects with a GraphQLError where it cannot be planned, or takes too long. */
  async plan(document: DocumentNode, operationName: string | undefined): Promise<QueryPlan> {
    const { worker, ready } = (this.#thread ??= this.#start());
    await ready;
    const tooLong = AbortSignal.timeout(PLANNING_MAX_MS);
    try {
      worker.postMessage({ text: print(document), operationName } satisfies Ask);
      const [answer] = (await once(worker, 'message', { signal: tooLong })) as [Planned];
      if ('plan' in answer) return answer.plan;
      throw new GraphQLError(answer.message, { extensions: answer.extensions });
    } catch (error) {
      if (error instanceof GraphQLError) throw error;
      // Whatever it is at, nobody waits for it any more; the next document has a new thread.
      await this.close();
      throw tooLong.aborted ? rejection('QUERY_TOO_COSTLY', TOO_LONG) : error;
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.worker.terminate();
  }

  #start(): Thread {
    const worker = new Worker(THREAD, { workerData: this.#supergraphSdl, execArgv: [] });
    worker.unref();
    const thread = { worker, ready: once(worker, 'message', { signal: AbortSignal.timeout(START_MAX_MS) }) };
    const gone = (): void => {
      if (this.#thread === thread) this.#thread = undefined;
    };
    // One that does not start is ended. An error is told to who waits for the plan.
    thread.ready.catch(() => {
      gone();
      return worker.terminate();
    });
    worker.on('error', gone).on('exit', gone);
    return thread;
  }
}
