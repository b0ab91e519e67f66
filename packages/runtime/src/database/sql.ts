import { assert } from '@tollgate/kernel/assert';
import { LRUCache } from 'lru-cache';

const CONTROL_SCHEMA = 'control';
const SHARD_SCHEMA = 'shard';
/** Some 0.2 MB each, in every process. */
const SCHEMAS_MAX = 250;
/** By schema, then by text: the texts are constants of the program, of which there are some hundred. */
const known = new LRUCache<string, Map<string, string>>({ max: SCHEMAS_MAX });
/** Who builds texts anew each time does not fill the memory with them. */
const TEXTS_MAX = 5_000;

/**
 * SQL with its schemas put in: `{t}.` the tenant's, `{s}.` the shard's, `{c}.` the control plane's. Outside of a tenant
 * transaction (`schema` null) a text that names tenant tables is a bug.
 */
export function qualified(text: string, schema: string | null): string {
  const texts = textsOf(schema ?? '');
  const found = texts.get(text);
  if (found !== undefined) return found;
  assert(schema !== null || !text.includes('{t}.'), 'only a tenant transaction reaches tenant tables');
  const result = text
    .replaceAll('{t}.', `"${schema ?? ''}".`)
    .replaceAll('{s}.', `${SHARD_SCHEMA}.`)
    .replaceAll('{c}.', `${CONTROL_SCHEMA}.`);
  if (texts.size >= TEXTS_MAX) texts.clear();
  texts.set(text, result);
  return result;
}

function textsOf(schema: string): Map<string, string> {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const texts = new Map<string, string>();
  known.set(schema, texts);
  return texts;
}
