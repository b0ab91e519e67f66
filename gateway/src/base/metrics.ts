import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the gateway tells Prometheus. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly operations: Counter<'kind' | 'outcome'>;
  readonly operationSeconds: Histogram<'kind'>;
  readonly rejections: Counter<'code'>;
  readonly sockets: Gauge;
  readonly subscriptions: Gauge;
  readonly upstreams: Gauge;
  readonly stalledSockets: Counter;
}

/** Adds the gateway's metrics to the registry of the process. */
export function createGatewayMetrics(registry: Registry = new Registry()): GatewayMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  return {
    registry,
    operations: new Counter({
      name: 'tollgate_gateway_operations_total',
      help: 'Operations answered at the gateway',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    operationSeconds: new Histogram({
      name: 'tollgate_gateway_operation_seconds',
      help: 'Time to answer an operation at the gateway',
      labelNames: ['kind'],
      buckets: SECONDS,
      registers,
    }),
    rejections: new Counter({
      name: 'tollgate_gateway_rejections_total',
      help: 'Requests the gateway rejected itself',
      labelNames: ['code'],
      registers,
    }),
    sockets: gauge('tollgate_gateway_sockets', 'Open WebSockets'),
    subscriptions: gauge('tollgate_gateway_subscriptions', 'Subscriptions of all sockets'),
    upstreams: gauge('tollgate_gateway_upstreams', 'Subscriptions open to the subgraphs'),
    stalledSockets: new Counter({
      name: 'tollgate_gateway_stalled_sockets_total',
      help: 'Sockets closed because they did not read',
      registers,
    }),
  };
}
