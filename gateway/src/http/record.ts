import type { Logger } from '@tollgate/runtime/base/log';
import type { GatewayMetrics } from '../base/metrics.js';
import type { Caller } from '../caller/identity.js';
import type { OperationContext } from '../federation/context.js';
import type { Operation } from '../operation/operations.js';

const MS_PER_SECOND = 1_000;

export interface Recorded {
  readonly caller: Caller;
  readonly context: OperationContext;
  readonly operation: Operation | null;
  readonly status: number;
  readonly ms: number;
}

export interface RecordParts {
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

/** One line and two metrics per operation. */
export function record(parts: RecordParts, recorded: Recorded): void {
  const { caller, context, operation, status, ms } = recorded;
  const kind = operation?.measure?.operation.operation ?? 'none';
  const outcome = context.codes.size === 0 ? 'ok' : 'errors';
  parts.metrics.operations.inc({ kind, outcome });
  parts.metrics.operationSeconds.observe({ kind }, ms / MS_PER_SECOND);
  const fields = {
    kind,
    operation: operation?.measure?.operation.name?.value,
    caller: caller.identity.kind,
    actor: caller.identity.actor,
    tenant: caller.identity.tenant,
    status,
    ms: Math.round(ms * 10) / 10,
    requestId: context.requestId,
    ...(context.codes.size === 0 ? {} : { codes: [...context.codes] }),
  };
  if (context.codes.has('INTERNAL')) parts.logger.error(fields, 'operation');
  else parts.logger.info(fields, 'operation');
}
