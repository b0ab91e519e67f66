import type { Provider } from './records.js';

export type FaultKind = 'unreachable' | 'timeout' | 'error_429' | 'error_500' | 'error_503';

/** Transient faults made on demand for one provider. */
export interface Fault {
  readonly provider: Provider;
  readonly kind: FaultKind;
  /** `before`: the request does nothing. `after`: it takes effect and its answer is lost. */
  readonly when: 'before' | 'after';
  /** How many requests it still hits; null until cleared. */
  readonly left: number | null;
  /** Only requests whose path contains this. */
  readonly path: string;
}

const FAULT_KINDS: readonly FaultKind[] = ['unreachable', 'timeout', 'error_429', 'error_500', 'error_503'];
const FAULT_COUNT_MAX = 1_000_000;

/** Reads a fault from a control request; a text says what is wrong with it. */
export function parseFault(value: unknown): Fault | string {
  const input = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { provider, kind, count, when = 'before', path = '' } = input;
  if (provider !== 'stripe' && provider !== 'paypal') return 'provider must be stripe or paypal';
  const known = FAULT_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) return `kind must be one of ${FAULT_KINDS.join(', ')}`;
  if (when !== 'before' && when !== 'after') return 'when must be before or after';
  if (typeof path !== 'string') return 'path must be text';
  if (count === undefined) return { provider, kind: known, when, path, left: null };
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > FAULT_COUNT_MAX)
    return `count must be a whole number from 1 to ${FAULT_COUNT_MAX}`;
  return { provider, kind: known, when, path, left: count };
}

/** Whether the fault hits this path, and what is left of it afterwards (undefined: used up). */
export function strike(fault: Fault | undefined, path: string): { hit?: Fault; rest?: Fault } {
  if (fault === undefined) return {};
  if (!path.includes(fault.path)) return { rest: fault };
  if (fault.left === null) return { hit: fault, rest: fault };
  return fault.left > 1 ? { hit: fault, rest: { ...fault, left: fault.left - 1 } } : { hit: fault };
}
