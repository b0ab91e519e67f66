import type { TenantTx } from '../database/db.js';
import type { RequestContext } from '../graphql/context.js';
import { earlierAnswer, keyFault, type KeyedCommand } from './idempotency.js';

export interface IdempotencyConflict {
  readonly __typename: 'IdempotencyConflict';
  readonly message: string;
}

export interface InvalidKey {
  readonly __typename: 'InvalidInput';
  readonly message: string;
  readonly field: string;
}

/** The key of a command, or what is wrong with it; neither where it has none. */
export interface KeyOfCommand {
  readonly keyed: KeyedCommand | null;
  readonly fault: InvalidKey | null;
}

/** Reads the key that came with a command. A portal token's keys are its customer's own. */
export function keyOf(
  { identity }: RequestContext,
  { name, input }: { readonly name: string; readonly input: object },
): KeyOfCommand {
  const { key, body } = keyAndBody(input);
  if (key === null) return { keyed: null, fault: null };
  const message = keyFault(key);
  if (message !== null)
    return { keyed: null, fault: { __typename: 'InvalidInput', message, field: 'input.idempotencyKey' } };
  const own = identity.kind === 'customer' ? `${identity.customer}\n${key}` : key;
  return { keyed: { name, key: own, body }, fault: null };
}

/** What the same key was answered, or that it came with another body; null where the command is new. */
export async function answeredBefore<T>(
  tx: TenantTx,
  keyed: KeyedCommand | null,
): Promise<T | IdempotencyConflict | null> {
  const earlier = keyed === null ? null : await earlierAnswer<T>(tx, keyed);
  if (earlier === null) return null;
  if (earlier.kind === 'answered') return earlier.answer;
  const message = 'This idempotency key was used with another body.';
  return { __typename: 'IdempotencyConflict', message };
}

/** What is asked for is the input without its key. */
export function keyAndBody(input: object): { readonly key: string | null; readonly body: object } {
  const key =
    'idempotencyKey' in input && typeof input.idempotencyKey === 'string' ? input.idempotencyKey : null;
  return {
    key,
    body: Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'idempotencyKey')),
  };
}
