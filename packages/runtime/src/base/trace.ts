import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Set while traces are sent; unset, every call below costs one comparison. */
let tracer: Tracer | undefined;

export interface Tracing {
  /** Sends what is left and ends it. */
  stop(): Promise<void>;
}

const SEND_EVERY_MS = 1_000;
const QUEUE_MAX_SPANS = 4_096;
const SEND_MAX_MS = 5_000;

/** Sends this process's spans to an OpenTelemetry collector (OTLP over HTTP, `…/v1/traces`). */
export function startTracing(options: { readonly url: string; readonly service: string }): Tracing {
  const exporter = new OTLPTraceExporter({ url: options.url, timeoutMillis: SEND_MAX_MS });
  const processor = new BatchSpanProcessor(exporter, {
    scheduledDelayMillis: SEND_EVERY_MS,
    maxQueueSize: QUEUE_MAX_SPANS,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `tollgate-${options.service}` }),
    spanProcessors: [processor],
  });
  provider.register();
  const started = provider.getTracer('tollgate');
  tracer = started;
  return {
    stop: async () => {
      if (tracer !== started) return;
      tracer = undefined;
      // A collector that is gone must not keep a process from stopping.
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** What a piece of work is called in traces; `traceparent` (W3C) continues a trace that began elsewhere. */
export interface SpanOf {
  readonly name: string;
  readonly attributes: Attributes;
  readonly traceparent?: string | undefined;
}

/** Runs a piece of work as a span. */
export function traced<T>(span: SpanOf, work: () => Promise<T>): Promise<T> {
  return tracer === undefined ? work() : tracedBy(tracer, span, work);
}

async function tracedBy<T>(tracer: Tracer, span: SpanOf, work: () => Promise<T>): Promise<T> {
  const { name, attributes, traceparent } = span;
  const parent =
    traceparent === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, { traceparent });
  return tracer.startActiveSpan(name, { attributes }, parent, async (running) => {
    try {
      return await work();
    } catch (error) {
      running.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : 'error',
      });
      throw error;
    } finally {
      running.end();
    }
  });
}

/** Marks the running span as failed without an exception (a GraphQL answer with errors). */
export function traceFailed(reason: string): void {
  if (tracer !== undefined) trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: reason });
}

/** The running span as a `traceparent` header for the next hop; undefined where nothing is traced. */
export function traceparent(): string | undefined {
  if (tracer === undefined) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
