import { clientError } from '@tollgate/runtime/base/errors';
import type { MigrationRow } from './store.js';

/** A migration as the schema shows it; what it refers to, and what it skipped, is read apart. */
export function migrationView(row: MigrationRow) {
  const { planId: _plan, planVersionId: _version, skips: _skips, ...shown } = row;
  return shown;
}

const SKIPS_MAX = 1_000;
const SKIPS_DEFAULT = 50;

/** A part of what a migration left where it is. Throws `BAD_USER_INPUT` beyond the bounds. */
export function skipsOf(
  { skips }: MigrationRow,
  args: { readonly first?: number | null | undefined; readonly offset?: number | null | undefined },
) {
  const [first, offset] = [args.first ?? SKIPS_DEFAULT, args.offset ?? 0];
  if (first < 1 || first > SKIPS_MAX)
    throw clientError('BAD_USER_INPUT', `"first" is between 1 and ${SKIPS_MAX}.`);
  if (offset < 0) throw clientError('BAD_USER_INPUT', '"offset" is 0 or more.');
  return skips.slice(offset, offset + first);
}
