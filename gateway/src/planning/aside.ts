import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLErrorExtensions } from 'graphql';
import { GraphQLError, print } from 'graphql';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { rejection } from '../base/errors.js';

/** What a document may take to be planned. The worst that passes the bounds takes half a second, with the thread's start two. */
const PLANNING_MAX_MS = 10_000;
const TOO_LONG = 'This document takes too long to plan: ask for fewer fields, or in several requests';
/** Compiled, also where this file runs as it was written. */
const THREAD = new URL('../../dist/planning/thread.js', import.meta.url);

/** An operation for the thread. */
export interface Ask {
  readonly text: string;
  readonly operationName: string | undefined;
}

/** What the thread says to it. */
export type Planned =
  | { readonly plan: QueryPlan }
  | { readonly message: string; readonly extensions: GraphQLErrorExtensions | undefined };

/**
 * Plans in a thread of its own, which starts with the first document and ends with `close`. Whoever asks waits for the
 * plan before: one at a time.
 */
export class Aside {
  readonly #supergraphSdl: string;
  #worker: Worker | undefined;

  constructor(supergraphSdl: string) {
    this.#supergraphSdl = supergraphSdl;
  }

  /** The plan of an operation. Rejects with a GraphQLError where it cannot be planned, or takes too long. */
  async plan(document: DocumentNode, operationName: string | undefined): Promise<QueryPlan> {
    const worker = (this.#worker ??= this.#start());
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
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(THREAD, { workerData: this.#supergraphSdl, execArgv: [] });
    worker.unref();
    const gone = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    // An error is told to who waits for the plan.
    worker.on('error', gone).on('exit', gone);
    return worker;
  }
}
