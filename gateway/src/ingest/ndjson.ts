import { BlockBuilder, LINE_BYTES_MAX, TOO_LARGE, type Block, type Format } from './block.js';

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** One JSON text a line. The lines go on as they came: whoever stores them reads them. */
export class Ndjson implements Format {
  readonly #builder = new BlockBuilder();
  /** Of a line that did not come whole yet. */
  #rest: Buffer = EMPTY;
  /** What is left of a line that is too long is thrown away. */
  #skipping = false;
  #begun = false;

  push(chunk: Buffer): readonly Block[] {
    const blocks: Block[] = [];
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#begun && bytes.length >= MARK.length) {
      this.#begun = true;
      if (bytes.subarray(0, MARK.length).equals(MARK)) bytes = bytes.subarray(MARK.length);
    }
    let from = 0;
    while (from < bytes.length) {
      const [to, lines] = this.#wholeLines(bytes, from);
      if (lines === 0) {
        const next = this.#oneLine(bytes, from);
        if (next === from) break;
        from = next;
      } else {
        this.#builder.add(bytes.subarray(from, to), lines);
        from = to;
      }
      if (this.#builder.isFull) blocks.push(...this.#builder.take());
    }
    // A copy: else it would keep the whole chunk in memory, and the chunk may be used again.
    this.#rest = this.#skipping || from === bytes.length ? EMPTY : Buffer.from(bytes.subarray(from));
    return blocks;
  }

  end(): readonly Block[] {
    if (this.#rest.length > 0) this.#builder.add(Buffer.concat([this.#rest, Buffer.of(NEWLINE)]), 1);
    this.#rest = EMPTY;
    return this.#builder.take();
  }

  cut(): readonly Block[] {
    return this.#builder.take();
  }

  /** The end of the whole lines that fit the block, and how many they are. */
  #wholeLines(bytes: Buffer, from: number): readonly [to: number, lines: number] {
    let [to, lines] = [from, 0];
    if (this.#skipping) return [to, lines];
    for (const { room } = this.#builder; lines < room;) {
      const end = bytes.indexOf(NEWLINE, to);
      if (end < 0 || end - to > LINE_BYTES_MAX) break;
      to = end + 1;
      lines += 1;
    }
    return [to, lines];
  }

  /** Where reading goes on behind a line that is too long; `from` where the line is only not whole. */
  #oneLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(NEWLINE, from);
    if (!this.#skipping) {
      if (end < 0 && bytes.length - from <= LINE_BYTES_MAX) return from;
      this.#builder.skip(TOO_LARGE);
    }
    this.#skipping = end < 0;
    return end < 0 ? bytes.length : end + 1;
  }
}
