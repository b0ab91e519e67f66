import { LRUCache } from 'lru-cache';

/** Texts of which what they say is kept, counted in characters; what they say takes about twice as much again. */
const CHARS_MAX = 16 * 1024 * 1024;
/** What one that is kept takes besides its texts. */
const ENTRY_CHARS = 200;

interface Read<T> {
  readonly texts: readonly (string | null)[];
  readonly value: T;
}

/**
 * What stored texts say, read once for as long as they stay the same. The texts come from the database every time, for
 * whoever asks and as of now: kept is what follows from them alone, so it is never out of date and nobody sees by it what he
 * could not read himself. Whoever gets a value shares it: it is not to be changed.
 */
export class ReadTexts<T> {
  readonly #known = new LRUCache<string, Read<T>>({
    maxSize: CHARS_MAX,
    sizeCalculation: ({ texts }) => texts.reduce((sum, text) => sum + (text?.length ?? 0), ENTRY_CHARS),
  });

  /** What the texts say that were found under this key; `read` must follow from key and texts alone. */
  valueOf(key: string, texts: readonly (string | null)[], read: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined && isSame(known.texts, texts)) return known.value;
    const value = read();
    this.#known.set(key, { texts, value });
    return value;
  }
}

function isSame(left: readonly (string | null)[], right: readonly (string | null)[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
