import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import type { OperationDefinitionNode } from 'graphql';
import { getVariableValues, GraphQLError } from 'graphql';
import { rejection } from '../base/errors.js';
import type { CallerBudget } from '../caller/budget.js';
import type { Caller } from '../caller/identity.js';
import type { Endpoints } from '../fast-path/fetch.js';
import type { EventContext, SubscriptionPlan } from '../federation/event-plan.js';
import type { Federation } from '../federation/federation.js';
import type { Operation } from '../operation/operations.js';
import { sharingKey } from './conflation.js';
import type { Mailbox } from './mailbox.js';
import { Upstream } from './upstream.js';

export interface SubscriptionParts {
  readonly federation: Pick<Federation, 'graph' | 'planSubscription' | 'completeEvent'>;
  readonly endpoints: Endpoints;
  readonly budget: Pick<CallerBudget, 'pay'>;
  readonly logger: Logger;
}

/** Plans subscriptions and shares the upstream of equal ones. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #shared = new Map<string, Upstream>();
  readonly #plans = new WeakMap<OperationDefinitionNode, Promise<SubscriptionPlan>>();

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** A reader of its own over an upstream that equal subscriptions share. Throws GraphQLErrors. */
  async subscribe(
    operation: Operation,
    caller: Caller,
    context: EventContext,
  ): Promise<Mailbox<SubgraphResponse>> {
    const key = sharingKey(operation, caller);
    const plan = await this.#planOf(operation, context.callerKey);
    const upstream = this.#shared.get(key) ?? this.#open(key, plan, { operation, context });
    const reader = upstream.read();
    await upstream.ready;
    return reader;
  }

  /** Upstreams that are open. */
  get upstreams(): number {
    return this.#shared.size;
  }

  get readers(): number {
    return [...this.#shared.values()].reduce((sum, upstream) => sum + upstream.readers, 0);
  }

  /** Ends every reader; used when the process drains. */
  endAll(): void {
    for (const upstream of [...this.#shared.values()]) upstream.end();
  }

  #open(key: string, plan: SubscriptionPlan, asked: Asked): Upstream {
    const { federation, endpoints, logger, budget } = this.#parts;
    const { operation, context } = asked;
    const endpoint = endpoints.get(plan.primary.serviceName);
    if (endpoint === undefined) throw rejection('SUBGRAPH_UNAVAILABLE', 'The source is not configured');
    const onClose = (): void => {
      if (this.#shared.get(key) === upstream) this.#shared.delete(key);
    };
    const pay = (): Promise<void> => budget.pay(context.callerKey, operation.cost);
    const upstream = new Upstream({ federation, endpoint, logger, plan, ...asked, pay, onClose });
    this.#shared.set(key, upstream);
    return upstream;
  }

  /** Variables are judged before anything runs: the owning subgraph sees those alone that it uses itself. */
  async #planOf({ document, measure, variables }: Operation, callerKey: string): Promise<SubscriptionPlan> {
    const { federation } = this.#parts;
    const definition = measure?.operation;
    if (definition === undefined) throw rejection('BAD_REQUEST', 'There is no operation of that name');
    const judged = getVariableValues(
      federation.graph.schema,
      definition.variableDefinitions ?? [],
      variables,
    );
    const [unfit] = judged.errors ?? [];
    if (unfit !== undefined) {
      throw new GraphQLError(unfit.message, {
        nodes: unfit.nodes ?? null,
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    const known = this.#plans.get(definition);
    if (known !== undefined) return await known;
    const plan = federation.planSubscription({ document, definition, callerKey });
    this.#plans.set(definition, plan);
    plan.catch(() => this.#plans.delete(definition));
    return await plan;
  }
}

/** What is subscribed to, and for whom. */
interface Asked {
  readonly operation: Operation;
  readonly context: EventContext;
}
