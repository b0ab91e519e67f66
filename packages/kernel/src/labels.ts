import { given, type InputReader } from './input.js';
import { UNPRINTABLE } from './text.js';

/** What a tenant notes on something of its own, for its own programs; Tollgate reads none of it. */
export type Metadata = Readonly<Record<string, string>>;

export const NO_METADATA: Metadata = {};

const EXTERNAL_ID_MAX_CHARS = 100;
/** What is not drawn would tell two ids apart that look the same. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}]/u;

const METADATA_KEYS_MAX = 50;
const METADATA_VALUE_MAX_CHARS = 500;
/** Lists show it too, 200 at a time. */
const METADATA_MAX_CHARS = 8_000;
const METADATA_KEY = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}$/;
const LINE_BREAKS = /[\r\n\t]/g;

/** The tenant's own id of something, compared byte by byte after trimming; absent and empty are null. */
export function readExternalId(fields: InputReader, field: string, value: unknown): string | null {
  const text = given(value, '', (some) => fields.rawText(field, some)).trim();
  // Code points, and no composed characters: the id stands in an index, whose entries have a bound.
  if ([...text.slice(0, 2 * EXTERNAL_ID_MAX_CHARS + 1)].length > EXTERNAL_ID_MAX_CHARS || UNSEEN.test(text)) {
    fields.reject(field, `Give 1 to ${EXTERNAL_ID_MAX_CHARS} visible characters, for example crm-4711.`);
    return null;
  }
  return text === '' ? null : text;
}

/** Texts by key, in the order of their keys; absent is none. */
export function readMetadata(fields: InputReader, field: string, value: unknown): Metadata {
  const entries = Object.entries(given(value, NO_METADATA, (some) => fields.texts(field, some)));
  if (entries.length > METADATA_KEYS_MAX) fields.reject(field, `Give at most ${METADATA_KEYS_MAX} keys.`);
  for (const [key, text] of entries) {
    if (!METADATA_KEY.test(key))
      fields.reject(
        field,
        'Give keys of 1 to 40 letters, digits, "_", ".", ":" and "-", a letter or digit first, for example crm_id.',
      );
    if (text.length > METADATA_VALUE_MAX_CHARS || UNPRINTABLE.test(text.replace(LINE_BREAKS, ' ')))
      fields.reject(
        `${field}.${key}`,
        `Give at most ${METADATA_VALUE_MAX_CHARS} characters, no control characters among them.`,
      );
  }
  if (entries.reduce((sum, [key, text]) => sum + key.length + text.length, 0) > METADATA_MAX_CHARS)
    fields.reject(field, `Give at most ${METADATA_MAX_CHARS} characters in all.`);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
