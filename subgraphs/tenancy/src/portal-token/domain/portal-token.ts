import { fieldReader, type InvalidInput } from '@tollgate/kernel/input';

const LIFETIME_DEFAULT_S = 900;
export const LIFETIME_MAX_S = 86_400;

/** How long a portal token works, in seconds. Short, for it cannot be taken back. */
export function tokenLifetime(
  asked: number | null | undefined,
):
  { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly rejection: InvalidInput } {
  const fields = fieldReader();
  const seconds = fields.integer('lifetimeSeconds', asked ?? LIFETIME_DEFAULT_S, 1, LIFETIME_MAX_S);
  const fault = fields.fault();
  return fault === null ? { ok: true, seconds } : { ok: false, rejection: fault };
}
