import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often the event loop is asked whether it is late: each time wakes a process that rests. */
const EVENT_LOOP_TICK_MS = 100;

/** What Prometheus scrapes, one registry for a process. Names follow `tollgate_<noun>_<unit>`. */
export interface Metrics {
  readonly registry: Registry;
  readonly operations: Counter<'subgraph' | 'operation' | 'outcome'>;
  readonly operationSeconds: Histogram<'subgraph' | 'operation'>;
  readonly messages: Counter<'consumer' | 'type' | 'outcome'>;
  readonly messageSeconds: Histogram<'consumer' | 'type'>;
  readonly deadLetters: Counter<'consumer' | 'type'>;
  readonly relayed: Counter<'topic'>;
  readonly relayLagSeconds: Gauge;
  readonly timersFired: Counter<'owner' | 'kind' | 'outcome'>;
}

/** Metrics of one process; `defaults` adds Node's own (event loop, heap, GC). */
export function createMetrics(options: { defaults: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.defaults)
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_TICK_MS });
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers });
  return {
    registry,
    operations: counter('tollgate_operations_total', 'GraphQL operations answered', [
      'subgraph',
      'operation',
      'outcome',
    ]),
    operationSeconds: histogram('tollgate_operation_seconds', 'Time to answer a GraphQL operation', [
      'subgraph',
      'operation',
    ]),
    messages: counter('tollgate_messages_total', 'Messages consumed', ['consumer', 'type', 'outcome']),
    messageSeconds: histogram('tollgate_message_seconds', 'Time to apply a message', ['consumer', 'type']),
    deadLetters: counter('tollgate_dead_letters_total', 'Messages given up on', ['consumer', 'type']),
    relayed: counter('tollgate_relayed_total', 'Outbox rows sent to the broker', ['topic']),
    relayLagSeconds: new Gauge({
      name: 'tollgate_relay_lag_seconds',
      help: 'Age of the oldest unsent outbox row',
      registers,
    }),
    timersFired: counter('tollgate_timers_fired_total', 'Timers fired', ['owner', 'kind', 'outcome']),
  };
}
