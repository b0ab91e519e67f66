import { canonicalJson } from './codec.js';
import { accept, reject, type Decision, type Rejection } from './decision.js';
import { given, InputReader, type InvalidInput } from './input.js';
import { UNPRINTABLE } from './text.js';

/** What a tenant notes on something of its own, for its own programs; Tollgate reads none of it. */
export type Metadata = Readonly<Record<string, string>>;

export const NO_METADATA: Metadata = {};

/** What nothing is called, and nobody noted on it. */
export const NO_LABELS: Labels = { externalId: null, metadata: NO_METADATA };

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

/** What the tenant itself calls something, and notes on it. */
export interface Labels {
  /** One of its kind each; null where it has none. */
  readonly externalId: string | null;
  readonly metadata: Metadata;
}

/** Labels as a client writes them. */
export interface LabelsDraft {
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
}

/** Reads the labels of an input. What is absent stays as it is; null removes it. */
export function readLabels(fields: InputReader, draft: LabelsDraft, current: Labels = NO_LABELS): Labels {
  const { externalId = current.externalId, metadata = current.metadata } = draft;
  return {
    externalId: readExternalId(fields, 'input.externalId', externalId),
    metadata: readMetadata(fields, 'input.metadata', metadata),
  };
}

/** Another one of the kind has the external id. */
export type ExternalIdTaken = Rejection & { readonly reason: 'ExternalIdTaken'; readonly externalId: string };

/** The rejection of an external id that another one of the kind has. */
export function externalIdTaken(kind: string, externalId: string): ExternalIdTaken {
  return { reason: 'ExternalIdTaken', message: `Another ${kind} has this external id.`, externalId };
}

/** Whether this is one of the rejections that labels can meet, of all that their noun knows. */
export function isOfLabels<R extends Rejection>(
  rejection: R,
): rejection is Extract<R, { readonly reason: 'InvalidInput' | 'ExternalIdTaken' }> {
  return rejection.reason === 'InvalidInput' || rejection.reason === 'ExternalIdTaken';
}

/** Other labels for something that there is. */
export interface Relabelling {
  /** The noun, as people read it. */
  readonly kind: string;
  readonly current: Labels;
  readonly draft: LabelsDraft;
  /** Whether another one of the kind has the external id of the draft. */
  readonly isTaken: boolean;
}

/** The labels of something after a change; no event where it changes nothing. */
export function relabel(asked: Relabelling): Decision<Labels, InvalidInput | ExternalIdTaken> {
  const { externalId: before, metadata: noted } = asked.current;
  const fields = new InputReader();
  const labels = readLabels(fields, asked.draft, { externalId: before, metadata: noted });
  if (fields.rejection !== null) return reject(fields.rejection);
  const { externalId } = labels;
  if (externalId !== null && externalId !== before && asked.isTaken)
    return reject(externalIdTaken(asked.kind, externalId));
  const same = canonicalJson({ ...labels }) === canonicalJson({ externalId: before, metadata: noted });
  return same ? accept() : accept(labels);
}

/** The external id of an input; null where it gives none, or one that nothing can have. */
export function externalIdIn({ externalId }: Pick<LabelsDraft, 'externalId'>): string | null {
  return readExternalId(new InputReader(), 'input.externalId', externalId);
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
