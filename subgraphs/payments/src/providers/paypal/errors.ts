import { ApiError } from '@paypal/paypal-server-sdk';
import { isAxiosError } from 'axios';
import type { AuthoriseOutcome, ProviderUnavailable } from '../domain/provider.js';
import { declined, paypalDeclineCode } from '../declines.js';
import { answeredBadly, isTransientStatus, lostOnTheWay } from '../transient.js';

const UNAUTHORISED = 401;

/** A transient fault in an error of the SDK; undefined when the error is something else. */
export function paypalTransient(error: unknown): ProviderUnavailable | undefined {
  if (isAxiosError(error) && error.response === undefined) return lostOnTheWay('PayPal', error.code);
  if (!(error instanceof ApiError)) return undefined;
  // 409: an earlier request with this id is still being worked on.
  const transient = isTransientStatus(error.statusCode) || error.statusCode === 409;
  if (transient) return answeredBadly('PayPal', error.statusCode);
  if (error.statusCode !== UNAUTHORISED) return undefined;
  return { outcome: 'unavailable', why: 'PayPal rejects our credentials', sent: 'no' };
}

/** What PayPal will never do, in its words; undefined where it has not answered, or not for good. */
export function rejectionOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || paypalTransient(error) !== undefined) return undefined;
  return `PayPal answers ${error.statusCode}: ${issueOf(error) ?? error.message}`;
}

/** For questions that are asked again: whatever PayPal answers badly, asking later is all that helps. */
export function paypalUnanswered(error: unknown): ProviderUnavailable {
  const transient = paypalTransient(error);
  if (transient !== undefined) return transient;
  const why = rejectionOf(error);
  if (why === undefined) throw error;
  return { outcome: 'unavailable', why, sent: 'maybe' };
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

/** A no to an authorisation, as an outcome; throws what is none of PayPal's answers: our own mistake. */
export function authoriseRefused(error: unknown, reference?: string): AuthoriseOutcome {
  const issue = issueOf(error) ?? '';
  if (issue === 'PAYER_ACTION_REQUIRED' && reference !== undefined) {
    const redirectUrl = payerActionUrl(error);
    return { outcome: 'requires_action', reference, ...(redirectUrl === undefined ? {} : { redirectUrl }) };
  }
  const code = paypalDeclineCode(issue);
  if (code !== undefined) return declined(code, reference);
  const why = rejectionOf(error);
  if (why === undefined) throw error;
  return { ...declined('provider_rejected', reference), why };
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
