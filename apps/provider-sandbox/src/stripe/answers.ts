import { decodeForm } from '../form.js';
import type { Form } from '../form.js';
import type { Call, Reply } from '../context.js';
import type { StripeProblem } from './objects.js';

/** Stripe's answer to what went well. */
export const ok = (body: unknown): Reply => ({ status: 200, body });

/** Stripe's error answer. */
export const problem = (status: number, error: StripeProblem): Reply => ({ status, body: { error } });

/** A request Stripe refuses before it does anything; its idempotency key stays free. */
export const invalid = (message: string, param?: string, code?: string): Reply => ({
  ...problem(400, {
    type: 'invalid_request_error',
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  }),
  recorded: false,
});

/** There is nothing under this id, or not for this customer. */
export const missing = (object: string, id: string): Reply => ({
  ...problem(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${object}: '${id}'`,
    param: object === 'payment_intent' ? 'intent' : 'id',
  }),
  recorded: false,
});

/** The request's form; empty where it is none. */
export const formOf = (call: Call): Form => decodeForm(call.body.toString('utf8')) ?? {};

/** A page of a list, newest first, as Stripe's cursor paging shows it. */
export function listOf(call: Call, newestFirst: readonly { readonly id: string }[]): Reply {
  const limit = Math.min(Math.max(Number(call.query.get('limit') ?? '10') || 10, 1), 100);
  const after = call.query.get('starting_after');
  const start = after === null ? 0 : newestFirst.findIndex((item) => item.id === after) + 1;
  const data = newestFirst.slice(start, start + limit);
  return ok({ object: 'list', url: call.path, has_more: newestFirst.length > start + limit, data });
}
