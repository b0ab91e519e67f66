import { ApiError } from '@paypal/paypal-server-sdk';
import { isAxiosError } from 'axios';
import type { AuthoriseOutcome, ProviderUnavailable } from '../domain/provider.js';
import { declined, paypalDeclineCode } from '../declines.js';
import { answeredBadly, isTransientStatus, lostOnTheWay } from '../transient.js';

/** A transient fault in an error of the SDK; undefined when the error is something else. */
export function paypalTransient(error: unknown): ProviderUnavailable | undefined {
  if (isAxiosError(error) && error.response === undefined) return lostOnTheWay('PayPal', error.code);
  if (!(error instanceof ApiError)) return undefined;
  // 409: an earlier request with this id is still being worked on.
  const transient = isTransientStatus(error.statusCode) || error.statusCode === 409;
  return transient ? answeredBadly('PayPal', error.statusCode) : undefined;
}

/** Why PayPal refuses, in its words; undefined when the error is no refusal. */
export function issueOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const details = field(error.result, 'details');
  const issue: unknown = Array.isArray(details) ? field(details[0], 'issue') : undefined;
  if (typeof issue === 'string') return issue;
  return error.statusCode === 404 ? 'RESOURCE_NOT_FOUND' : undefined;
}

/** Whether PayPal knows nothing under this id. */
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.statusCode === 404;

/** A no to an authorisation, as an outcome. Throws what is not a decline: our own mistake. */
export function authoriseRefused(error: unknown, reference?: string): AuthoriseOutcome {
  const issue = issueOf(error) ?? '';
  if (issue === 'PAYER_ACTION_REQUIRED' && reference !== undefined) {
    const redirectUrl = payerActionUrl(error);
    return { outcome: 'requires_action', reference, ...(redirectUrl === undefined ? {} : { redirectUrl }) };
  }
  const code = paypalDeclineCode(issue);
  if (code === undefined) throw error;
  return declined(code, reference);
}

function payerActionUrl(error: unknown): string | undefined {
  const links = error instanceof ApiError ? field(error.result, 'links') : undefined;
  if (!Array.isArray(links)) return undefined;
  const href = field(
    links.find((link: unknown) => field(link, 'rel') === 'payer-action'),
    'href',
  );
  return typeof href === 'string' ? href : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
