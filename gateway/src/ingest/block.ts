/** Lines that travel to the usage subgraph together: as many as one transaction stores. */
export const BLOCK_LINES_MAX = 5_000;
/** Bytes of a block: less than a subgraph takes. */
export const BLOCK_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes of one line: the properties of an event, and as much again for the rest. */
export const LINE_BYTES_MAX = 64 * 1024;

/** Why a line of a stream is not even looked at. */
export interface LineFault {
  /** From 1. */
  readonly line: number;
  readonly code: 'MALFORMED' | 'TOO_LARGE';
  readonly message: string;
}

/** Whole lines of a stream, as JSON texts with a line break behind each. */
export interface Block {
  readonly body: Buffer;
  /** Number of its first line, from 1. */
  readonly first: number;
  readonly lines: number;
  /** Lines of it that are left out: they are empty in the body. */
  readonly faults: readonly LineFault[];
}

/** A format of streams: turns bytes into blocks. */
export interface Format {
  /** Takes the next bytes; gives the blocks that are full. */
  push(chunk: Buffer): readonly Block[];
  /** The stream ended whole: what is left of it. */
  end(): readonly Block[];
  /** The stream was cut: its last line, where that did not come whole, is left out. */
  cut(): readonly Block[];
}

/** Gathers lines into blocks. */
export class BlockBuilder {
  #parts: Buffer[] = [];
  #bytes = 0;
  #lines = 0;
  #first: number;
  #faults: LineFault[] = [];

  /** `first` is the number of the first line that will be added. */
  constructor(first = 1) {
    this.#first = first;
  }

  /** Number of the next line. */
  get next(): number {
    return this.#first + this.#lines;
  }

  get isFull(): boolean {
    return this.#lines >= BLOCK_LINES_MAX || this.#bytes >= BLOCK_BYTES_MAX;
  }

  /** How many lines there is room for. */
  get room(): number {
    return BLOCK_LINES_MAX - this.#lines;
  }

  /** Adds so many whole lines, their breaks included. */
  add(bytes: Buffer, lines: number): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
    this.#lines += lines;
  }

  /** A line that is left out. */
  skip(fault: Omit<LineFault, 'line'>): void {
    this.#faults.push({ line: this.next, ...fault });
    this.add(BREAK, 1);
  }

  /** The block, and a new one begins; none where nothing was added. */
  take(): readonly Block[] {
    if (this.#lines === 0) return [];
    const block = {
      body: Buffer.concat(this.#parts),
      ...{ first: this.#first, lines: this.#lines, faults: this.#faults },
    };
    this.#first += this.#lines;
    [this.#parts, this.#faults, this.#bytes, this.#lines] = [[], [], 0, 0];
    return [block];
  }
}

const BREAK = Buffer.from('\n');

/** A line is longer than any event. */
export const TOO_LARGE: Omit<LineFault, 'line'> = {
  code: 'TOO_LARGE',
  message: `A line may have ${String(LINE_BYTES_MAX)} bytes.`,
};
