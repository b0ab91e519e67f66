import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { LRUCache } from 'lru-cache';
import { rejection } from '../base/errors.js';
import type { Caller } from '../caller/identity.js';
import type { Endpoints, FetchContext } from '../fast-path/fetch.js';
import type { SubscriptionPlan } from '../federation/event-plan.js';
import type { Federation } from '../federation/federation.js';
import type { Operation } from '../operation/operations.js';
import { sharingKey } from './conflation.js';
import type { Mailbox } from './mailbox.js';
import { Upstream } from './upstream.js';

const PLANS_MAX = 500;

export interface SubscriptionParts {
  readonly federation: Pick<Federation, 'planSubscription' | 'completeEvent'>;
  readonly endpoints: Endpoints;
  readonly logger: Logger;
}

/** Plans subscriptions and shares the upstream of equal ones. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #shared = new Map<string, Upstream>();
  readonly #plans = new LRUCache<string, SubscriptionPlan>({ max: PLANS_MAX });

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** A reader of its own over an upstream that equal subscriptions share. Throws GraphQLErrors. */
  async subscribe(
    operation: Operation,
    caller: Caller,
    context: FetchContext,
  ): Promise<Mailbox<SubgraphResponse>> {
    const key = sharingKey(operation, caller);
    const upstream = this.#shared.get(key) ?? this.#open(key, operation, context);
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

  #open(key: string, operation: Operation, context: FetchContext): Upstream {
    const { federation, endpoints, logger } = this.#parts;
    const plan = this.#planOf(operation);
    const endpoint = endpoints.get(plan.primary.serviceName);
    if (endpoint === undefined) throw rejection('SUBGRAPH_UNAVAILABLE', 'The source is not configured');
    const onClose = (): void => {
      if (this.#shared.get(key) === upstream) this.#shared.delete(key);
    };
    const upstream = new Upstream({ federation, endpoint, logger, plan, operation, context, onClose });
    this.#shared.set(key, upstream);
    return upstream;
  }

  #planOf(operation: Operation): SubscriptionPlan {
    const key = `${operation.operationName ?? ''}\n${operation.normalised()}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = this.#parts.federation.planSubscription(operation.document, operation.operationName);
    this.#plans.set(key, plan);
    return plan;
  }
}
