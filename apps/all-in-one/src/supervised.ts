import type { ChildProcess } from 'node:child_process';
import { restartPauseMs } from './restart-pause.js';

const STOP_MAX_MS = 25_000;

/** How a life of a process ended. */
export interface End {
  /** Null where a signal ended it, or where it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What is kept running. */
export interface Supervision {
  readonly name: string;
  /** Starts it once more. */
  start(): ChildProcess;
  /** Whether it is to stay ended. Default: never. */
  staysEnded?(end: End): boolean;
}

/** A process that is started again, after longer and longer pauses, when it ends without having been told to. */
export class Supervised {
  /** The end that it stayed with: the one that was asked for, or one that no start can mend. */
  readonly ended: Promise<End>;
  readonly #supervision: Supervision;
  #settle: (end: End) => void = () => undefined;
  #child: ChildProcess | undefined;
  #startedAtMs = 0;
  #pauseMs = 0;
  #pause: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.#start();
  }

  get name(): string {
    return this.#supervision.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** SIGTERM, a bounded wait, SIGKILL. Whoever stops twice is in a hurry, which the process is told by another signal. */
  async stop(): Promise<End> {
    const isFirst = !this.#stopping;
    this.#stopping = true;
    if (this.#child === undefined) this.#stayEnded({ code: 0, signal: null });
    this.#child?.kill('SIGTERM');
    if (isFirst) {
      const patience = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MAX_MS);
      await this.ended;
      clearTimeout(patience);
    }
    return this.ended;
  }

  #start(): void {
    const child = this.#supervision.start();
    this.#child = child;
    this.#startedAtMs = performance.now();
    child.once('exit', (code, signal) => this.#over({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) this.#over({ code: null, signal: null });
    });
  }

  #over(end: End): void {
    this.#child = undefined;
    if (this.#stopping || this.#supervision.staysEnded?.(end) === true) return this.#stayEnded(end);
    this.#pauseMs = restartPauseMs(this.#pauseMs, performance.now() - this.#startedAtMs);
    const how = end.signal ?? end.code ?? 'not started';
    process.stderr.write(`${this.name} ended (${how}), starting it again in ${this.#pauseMs / 1_000} s\n`);
    this.#pause = setTimeout(() => this.#start(), this.#pauseMs);
  }

  #stayEnded(end: End): void {
    clearTimeout(this.#pause);
    this.#settle(end);
  }
}
