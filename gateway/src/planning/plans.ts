import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Aside } from './aside.js';
import type { Graph } from './graph.js';
import { PlanningQueue } from './queue.js';
import { fieldsOf } from './size.js';

/**
 * Measured: so many fields are planned in some 15 ms at most, and the largest documents that pass the bounds in 400. Those
 * are planned aside, because no other request is to wait for them.
 */
const PLANNED_HERE_FIELDS_MAX = 40;

/** An operation of a valid document. */
export interface Plannable {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Who waits for the plan. */
  readonly callerKey: string;
}

/** What plans are made with: here, in turn with other work that holds up the process, and aside. */
export interface PlansParts {
  readonly graph: Pick<Graph, 'plan'>;
  readonly queue: PlanningQueue;
  readonly aside: Pick<Aside, 'plan'>;
}

/**
 * The plan of each operation, made once for all who run it: the fast path and the general path send the same fetches,
 * letter by letter. A plan lives as long as the document it was made for.
 */
export class Plans {
  readonly #made = new WeakMap<OperationDefinitionNode, Promise<QueryPlan>>();
  readonly #queue: PlanningQueue;
  readonly #queueAside = new PlanningQueue();
  readonly #graph: Pick<Graph, 'plan'>;
  readonly #aside: Pick<Aside, 'plan'>;

  constructor({ graph, queue, aside }: PlansParts) {
    this.#graph = graph;
    this.#queue = queue;
    this.#aside = aside;
  }

  /** Rejects with a GraphQLError where the operation cannot be planned, or too many wait to be. */
  planOf(plannable: Plannable): Promise<QueryPlan> {
    const known = this.#made.get(plannable.definition);
    if (known !== undefined) return known;
    const made = this.#take(plannable);
    this.#made.set(plannable.definition, made);
    // Who is turned away for want of a turn may ask again.
    made.catch(() => this.#made.delete(plannable.definition));
    return made;
  }

  #take({ document, definition, callerKey }: Plannable): Promise<QueryPlan> {
    const name = definition.name?.value;
    return fieldsOf(document, definition) > PLANNED_HERE_FIELDS_MAX
      ? this.#queueAside.take(callerKey, () => this.#aside.plan(document, name))
      : this.#queue.take(callerKey, () => this.#graph.plan(document, name));
  }
}
