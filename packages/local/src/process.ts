import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { descendantsOf, isAlive, signal } from './process-table.js';

const WINDOWS = process.platform === 'win32';
const KEPT_LINES_MAX = 200;
const SHOWN_LINES_MAX = 20;
const POLL_MS = 20;
const STOP_MS = 20_000;

/** What to start and how it says that it is ready and is asked to stop. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Asks for a clean end. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  readonly log?: (line: string) => void;
}

/** A started process in a process group of its own, so that a terminal's Ctrl-C reaches us first and it only by us. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<void>;
  /** Null while it runs and when a signal ended it. */
  exitCode(): number | null;
  /** The last lines of its output, newest last. */
  output(): string;
  /** Resolves when a line of output matches; rejects when the process ends or the time is up. */
  waitForLine(pattern: RegExp, boundMs: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Asks it to stop and, after the bound, kills it with all it started. */
  stop(boundMs?: number): Promise<void>;
  /** SIGKILL to it and everything it started. */
  kill(): void;
  /** From now on this process may end although the child runs (which then is stopped). */
  letGo(): void;
}

/**
 * Starts a process that does not outlive this one: an ordinary exit and a signal stop it, and when this process
 * is killed outright a small shell, waiting for the end of a pipe that only we hold, does it in our place.
 */
export const startChild = (spec: ChildSpec): Promise<Child> =>
  new Promise((resolve, reject) => {
    const child = spawn(spec.command, spec.args, {
      detached: !WINDOWS,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...spec.env },
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    });
    child.once('error', (error) => reject(new Error(`Cannot start ${spec.name}: ${error.message}`)));
    child.once('spawn', () => resolve(supervise(child, spec)));
  });

const supervise = (child: ChildProcess, spec: ChildSpec): Child => {
  const pid = child.pid ?? 0;
  const stopSignal = spec.stopSignal ?? 'SIGTERM';
  const output = new Output(spec);
  for (const stream of [child.stdout, child.stderr])
    if (stream) readLines(stream, (line) => output.add(line));
  const watchdog = WINDOWS ? undefined : startWatchdog(pid, stopSignal);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const running: Child = {
    pid,
    exited,
    exitCode: () => child.exitCode,
    output: () => output.end(),
    waitForLine: (pattern, boundMs) => output.waitFor(pattern, { boundMs, exited }),
    signal: (name) => {
      if (child.exitCode === null && child.signalCode === null) signal(pid, name);
    },
    stop: async (boundMs = STOP_MS) => {
      child.ref();
      if (WINDOWS) running.kill();
      running.signal('SIGCONT');
      running.signal(stopSignal);
      const patience = setTimeout(() => running.kill(), boundMs);
      await exited;
      clearTimeout(patience);
    },
    kill: () => {
      child.ref();
      if (child.exitCode === null && child.signalCode === null) killTree(pid);
    },
    letGo: () => child.unref(),
  };
  children.add({ child: running, stopSignal });
  void exited.then(() => {
    watchdog?.kill('SIGKILL');
    for (const entry of children) if (entry.child === running) children.delete(entry);
  });
  installExitHooks();
  return running;
};

/** What a child said lately, and who waits for a line of it. */
class Output {
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();

  constructor(private readonly spec: ChildSpec) {}

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES_MAX) this.#lines.shift();
    this.spec.log?.(line);
    for (const listener of this.#listeners) listener(line);
  }

  /** The last lines, newest last. */
  end(): string {
    return this.#lines.slice(-SHOWN_LINES_MAX).join('\n');
  }

  waitFor(
    pattern: RegExp,
    { boundMs, exited }: { readonly boundMs: number; readonly exited: Promise<void> },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        finish();
      };
      const fail = (what: string) => (): void =>
        settle(() => reject(new Error(`${this.spec.name} ${what}:\n${this.end()}`)));
      const look = (line: string): void => {
        if (pattern.test(line)) settle(resolve);
      };
      const timer = setTimeout(fail(`was not ready within ${boundMs} ms`), boundMs);
      this.#listeners.add(look);
      void exited.then(fail('ended before it was ready'));
      this.#lines.forEach(look);
    });
  }
}

const readLines = (stream: Readable, onLine: (line: string) => void): void => {
  createInterface({ input: stream }).on('line', onLine);
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
};

/** SIGKILL to the process and all its descendants: Postgres' backends leave the postmaster's group. */
export const killTree = (pid: number): void => {
  if (WINDOWS) {
    spawnSync('taskkill', ['/pid', String(pid), '/f', '/t'], { stdio: 'ignore' });
    return;
  }
  const tree = [pid, ...descendantsOf(pid)];
  for (const each of tree) signal(each, 'SIGKILL');
};

/** Asks a process that is not our child to stop; kills it and its descendants when the bound is over. */
export const stopForeign = async (pid: number, name: NodeJS.Signals, boundMs: number): Promise<void> => {
  signal(pid, name);
  const deadline = Date.now() + boundMs;
  while (isAlive(pid) && Date.now() < deadline) await delay(POLL_MS);
  if (isAlive(pid)) killTree(pid);
  while (isAlive(pid) && Date.now() < deadline + boundMs) await delay(POLL_MS);
};

const WATCHDOG = `read _; kill -CONT $1 2>/dev/null; kill -s $2 $1 2>/dev/null || exit 0
n=0; while kill -0 $1 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done; kill -KILL $1 2>/dev/null`;

const startWatchdog = (pid: number, stopSignal: string): ChildProcess => {
  const args = ['-c', WATCHDOG, 'watchdog', String(pid), stopSignal.replace('SIG', '')];
  const watchdog = spawn('/bin/sh', args, { detached: true, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  const stdin = watchdog.stdin;
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  watchdog.unref();
  return watchdog;
};

const children = new Set<{ readonly child: Child; readonly stopSignal: NodeJS.Signals }>();
let hooksInstalled = false;

const installExitHooks = (): void => {
  if (hooksInstalled) return;
  hooksInstalled = true;
  process.once('exit', () => {
    for (const { child, stopSignal } of children) {
      child.signal('SIGCONT');
      child.signal(stopSignal);
    }
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, stopAllUnlessSomebodyElseDoes);
};

/** A program with its own handler drains first and then stops us; without one, we do what the signal asks for. */
const stopAllUnlessSomebodyElseDoes = (name: NodeJS.Signals): void => {
  if (process.listenerCount(name) > 1) return;
  void Promise.all([...children].map(({ child }) => child.stop())).finally(() => {
    process.removeListener(name, stopAllUnlessSomebodyElseDoes);
    process.kill(process.pid, name);
  });
};
