import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Graph } from './graph.js';
import type { PlanningQueue } from './queue.js';

/** An operation of a valid document. */
export interface Plannable {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Who waits for the plan. */
  readonly callerKey: string;
}

/**
 * The plan of each operation, made once for all who run it: the fast path and the general path send the same fetches,
 * letter by letter. A plan lives as long as the document it was made for.
 */
export class Plans {
  readonly #made = new WeakMap<OperationDefinitionNode, Promise<QueryPlan>>();
  readonly #queue: PlanningQueue;
  readonly #graph: Pick<Graph, 'plan'>;

  constructor(graph: Pick<Graph, 'plan'>, queue: PlanningQueue) {
    this.#graph = graph;
    this.#queue = queue;
  }

  /** Rejects with a GraphQLError where the operation cannot be planned, or too many wait to be. */
  planOf(plannable: Plannable): Promise<QueryPlan> {
    const known = this.#made.get(plannable.definition);
    if (known !== undefined) return known;
    const { document, definition, callerKey } = plannable;
    const made = this.#queue.take(callerKey, () => this.#graph.plan(document, definition.name?.value));
    this.#made.set(plannable.definition, made);
    // Who is turned away for want of a turn may ask again.
    made.catch(() => this.#made.delete(plannable.definition));
    return made;
  }
}
