import type { ProviderUnavailable } from './domain/provider.js';

/** Errors of a socket that never carried the request: nothing can have happened there. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Answers that mean "not now": the request may be repeated with the same key. */
export const isTransientStatus = (status: number): boolean =>
  status >= 500 || status === 429 || status === 408;

/** What is known of a request whose answer did not come, by the socket's error code. */
export function lostOnTheWay(provider: string, code: string | undefined): ProviderUnavailable {
  const sent = code !== undefined && NEVER_SENT.has(code) ? 'no' : 'maybe';
  return { outcome: 'unavailable', why: `${provider} cannot be reached: ${code ?? 'no answer'}`, sent };
}

/** A gateway that answers, but not with an answer. Only a rate limit says that the request was not looked at. */
export function answeredBadly(provider: string, status: number): ProviderUnavailable {
  return {
    outcome: 'unavailable',
    why: `${provider} answers ${status}`,
    sent: status === 429 ? 'no' : 'maybe',
    ...(status >= 500 && { answered: true as const }),
  };
}
