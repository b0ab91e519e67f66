import { LRUCache } from 'lru-cache';
import { envelope as envelopeSchema, type Envelope } from '@tollgate/contracts/envelope';

/** A message as this process wrote it: its text, and what that says. */
export interface OwnMessage {
  readonly text: string;
  readonly envelope: Envelope;
}

/** What is kept at most, in UTF-16 units of text. Who does not read its own messages has these at last, and no more. */
const TEXT_MAX = 16 * 1024 * 1024;

const written = new LRUCache<string, OwnMessage>({
  maxSize: TEXT_MAX,
  sizeCalculation: ({ text }) => text.length,
});
const own = new WeakSet<object>();

/** Keeps messages that this process has committed, by their ids, until it reads them back. */
export function keepOwn(messages: readonly OwnMessage[]): void {
  for (const message of messages) {
    own.add(message.envelope);
    if (message.text.length <= TEXT_MAX) written.set(message.envelope.id, message);
  }
}

/**
 * What a row of the outbox says, where this process wrote that very text: then it need not be parsed, nor checked once more.
 * The row is the truth: what it does not say letter by letter was never kept.
 */
export function takeOwn(id: string, text: string): Envelope | undefined {
  const kept = written.get(id);
  if (kept?.text !== text) return undefined;
  written.delete(id);
  return kept.envelope;
}

/** An envelope, checked unless this process wrote it; null where it is none, with the error of the check. */
export function readEnvelope(
  value: unknown,
): { readonly envelope: Envelope } | { readonly envelope: null; readonly error: unknown } {
  if (isOwn(value)) return { envelope: value };
  const parsed = envelopeSchema.safeParse(value);
  return parsed.success ? { envelope: parsed.data } : { envelope: null, error: parsed.error };
}

function isOwn(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && own.has(value);
}
