import { InputReader, type Parsed } from '@tollgate/kernel/input';

const LIFETIME_DEFAULT_S = 900;
export const LIFETIME_MAX_S = 86_400;

/** How long a portal token works, in seconds. Short, for it cannot be taken back. */
export function tokenLifetime(asked: number | null | undefined): Parsed<number> {
  const fields = new InputReader();
  const seconds = fields.integer('input.lifetimeSeconds', asked ?? LIFETIME_DEFAULT_S, [1, LIFETIME_MAX_S]);
  return fields.result(seconds);
}
