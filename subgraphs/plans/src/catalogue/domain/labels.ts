import type { Rejection } from '@tollgate/kernel/decision';
import { InputReader } from '@tollgate/kernel/input';
import { readExternalId, readMetadata, type Metadata } from '@tollgate/kernel/labels';

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

export type ExternalIdTaken = Rejection & { readonly reason: 'ExternalIdTaken'; readonly externalId: string };

/** Reads the labels of an input. */
export function readLabels(fields: InputReader, { externalId, metadata }: LabelsDraft): Labels {
  return {
    externalId: readExternalId(fields, 'input.externalId', externalId),
    metadata: readMetadata(fields, 'input.metadata', metadata),
  };
}

/** The external id of an input; null where it gives none, or one that nothing can have. */
export function externalIdIn({ externalId }: Pick<LabelsDraft, 'externalId'>): string | null {
  return readExternalId(new InputReader(), 'input.externalId', externalId);
}

/** Another one of the kind has the external id. */
export function externalIdTaken(kind: 'plan' | 'subscription', externalId: string): ExternalIdTaken {
  return { reason: 'ExternalIdTaken', message: `Another ${kind} has this external id.`, externalId };
}
