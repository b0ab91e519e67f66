import { assert } from '@tollgate/kernel/assert';
import { LRUCache } from 'lru-cache';

const CONTROL_SCHEMA = 'control';
const SHARD_SCHEMA = 'shard';
const QUALIFIED_MAX = 20_000;
const qualifiedTexts = new LRUCache<string, string>({ max: QUALIFIED_MAX });

/**
 * SQL with its schemas put in: `{t}.` the tenant's, `{s}.` the shard's, `{c}.` the control plane's. Outside of a tenant
 * transaction (`schema` null) a text that names tenant tables is a bug.
 */
export function qualified(text: string, schema: string | null): string {
  const key = `${schema ?? ''}\u0000${text}`;
  const known = qualifiedTexts.get(key);
  if (known !== undefined) return known;
  assert(schema !== null || !text.includes('{t}.'), 'only a tenant transaction reaches tenant tables');
  const result = text
    .replaceAll('{t}.', `"${schema ?? ''}".`)
    .replaceAll('{s}.', `${SHARD_SCHEMA}.`)
    .replaceAll('{c}.', `${CONTROL_SCHEMA}.`);
  qualifiedTexts.set(key, result);
  return result;
}
