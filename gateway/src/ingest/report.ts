import type { ServerResponse } from 'node:http';
import type { Block, LineFault } from './block.js';

/** What the usage subgraph answers of a block; lines from 0. */
export interface BlockAnswer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly kept: number;
  readonly rejected: readonly {
    readonly line: number;
    readonly id: string | null;
    readonly code: string;
    readonly message: string;
  }[];
  readonly partly: readonly {
    readonly line: number;
    readonly id: string;
    readonly lacks: readonly string[];
  }[];
}

/** How many of a stream so far. */
export interface Totals {
  /** Lines that are dealt with for good, from the first on: everything behind them is not. */
  lines: number;
  accepted: number;
  duplicate: number;
  kept: number;
  rejected: number;
}

/** Why a stream ended before its end. */
export interface Ending {
  readonly code: string;
  readonly message: string;
}

/** Rejected lines that are told one by one; a client that reads nothing while it sends has no more than that waiting. */
export const TOLD_MAX = 10_000;

/** Tells what became of a stream while it goes on: a JSON text a line. */
export class Report {
  readonly totals: Totals = { lines: 0, accepted: 0, duplicate: 0, kept: 0, rejected: 0 };
  #told = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** What became of a block. */
  add({ first, lines, faults }: Block, answer: BlockAnswer): void {
    const { totals } = this;
    totals.lines = first + lines - 1;
    totals.accepted += answer.accepted;
    totals.duplicate += answer.duplicate;
    totals.kept += answer.kept;
    totals.rejected += answer.rejected.length + faults.length;
    const rejected = [
      ...faults.map((fault): LineFault & { id: null } => ({ id: null, ...fault })),
      ...answer.rejected.map((one) => ({ ...one, line: first + one.line })),
    ].sort((a, b) => a.line - b.line);
    this.#tell([
      ...rejected.map((one) => ({ kind: 'rejected', ...one })),
      ...answer.partly.map((one) => ({ kind: 'partly', ...one, line: first + one.line })),
    ]);
    this.#write([{ kind: 'progress', ...totals }]);
  }

  /** The last line: whether everything that was sent is dealt with, or why not. */
  end(ending: Ending | null): void {
    const isWhole = ending === null;
    this.#write([{ kind: 'end', complete: isWhole, ...this.totals, ...(isWhole ? {} : { error: ending }) }]);
    this.response.end();
  }

  /** Whether anything was said: then a failure is told by the last line, and no more by the status. */
  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  #tell(all: readonly object[]): void {
    const room = Math.max(0, TOLD_MAX - this.#told);
    this.#told += all.length;
    if (room > 0) this.#write(all.slice(0, room));
  }

  #write(all: readonly object[]): void {
    if (this.response.destroyed || all.length === 0) return;
    if (!this.response.headersSent) this.response.writeHead(200, this.headers);
    this.response.write(all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
}
