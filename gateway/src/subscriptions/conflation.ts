import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Caller } from '../caller/identity.js';
import type { Operation } from '../operation/operations.js';

/** Equal keys mean equal answers: same text, same variables, same authorisation. */
export function sharingKey(operation: Operation, caller: Caller): string {
  const variables = JSON.stringify(sorted(operation.variables));
  return `${caller.key}\n${operation.operationName ?? ''}\n${variables}\n${operation.normalised()}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** Events about the same thing replace each other for a slow reader; one that could not be read is about its field. */
export function conflationKey(event: SubgraphResponse, keyName: string | undefined): string {
  const [field, value] = Object.entries(event.data ?? {})[0] ?? ['', null];
  if (keyName === undefined || typeof value !== 'object' || value === null) return field;
  return `${field}:${String((value as Readonly<Record<string, unknown>>)[keyName])}`;
}
