import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@tollgate/local/ports';
import { waitFor } from '@tollgate/testing/waiting';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const READY_MAX_MS = 120_000;
const STOP_MAX_MS = 30_000;

export interface Credentials {
  readonly graphqlUrl: string;
  readonly subscriptionsUrl: string;
  readonly playgroundUrl: string;
  readonly apiKey: string;
  readonly portalToken: string;
  readonly staffToken: string;
  readonly pids?: Readonly<Record<string, number>>;
}

/** How it is started: the program alone, what `npm start` runs, or as services. */
const PROGRAMS = {
  single: 'apps/all-in-one/dist/main.js',
  supervised: 'scripts/start.mjs',
  distributed: 'apps/all-in-one/dist/distributed.js',
} as const;
type Mode = keyof typeof PROGRAMS;

/** A Tollgate as a user runs it: a process of its own on a data directory, reached over its port only. */
export class RunningSystem {
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(
    readonly mode: Mode,
    readonly dataDir: string,
    readonly port: number,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start(
    mode: Mode = 'single',
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunningSystem> {
    const dataDir = mkdtempSync(join(tmpdir(), `tollgate-e2e-${mode}-`));
    const system = new RunningSystem(mode, dataDir, await freePort(), environment);
    await system.start();
    return system;
  }

  get credentials(): Credentials {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo.json'), 'utf8')) as Credentials;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts on the same data and port; resolves when it is ready. */
  async start(): Promise<void> {
    rmSync(join(this.dataDir, 'demo.json'), { force: true });
    const child = spawn(process.execPath, [join(ROOT, PROGRAMS[this.mode])], {
      env: { ...process.env, TOLLGATE_DATA: this.dataDir, PORT: String(this.port), ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')));
    this.#child = child;
    await this.ready();
  }

  /** What it said since it was started. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when its credentials are written. */
  async ready(): Promise<void> {
    await waitFor(
      'the system to be ready',
      () => {
        if (this.#child?.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
        return existsSync(join(this.dataDir, 'demo.json'));
      },
      READY_MAX_MS,
    );
  }

  /** SIGKILL to every process of it, Postgres included, as a power cut would. */
  async killAll(): Promise<void> {
    const victims = processesOf(this.dataDir, this.pid);
    for (const pid of victims) signal(pid, 'SIGKILL');
    await waitFor('the processes to be gone', () => victims.every((pid) => !isAlive(pid)), STOP_MAX_MS);
    this.#child = undefined;
  }

  /** SIGKILL to one service of a distributed system, which its starter then starts again. */
  killService(name: string): void {
    for (const pid of processesOf(this.dataDir, this.pid))
      if (textOf(`/proc/${pid}/cmdline`).includes(`${name}/dist/main.js`)) signal(pid, 'SIGKILL');
  }

  /** What Ctrl-C does; resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGINT');
    return ended;
  }

  async destroy(): Promise<void> {
    await this.interrupt();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The starter, everything below it, and whoever else names the data directory (Postgres runs in its own group). */
function processesOf(dataDir: string, root: number): number[] {
  const table = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(name), command: textOf(`/proc/${name}/cmdline`) }));
  const found = new Set(
    table.filter((one) => one.pid === root || one.command.includes(dataDir)).map((one) => one.pid),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const one of table) if (found.has(one.parent)) found.add(one.pid);
  }
  found.delete(process.pid);
  return [...found];
}

function parentOf(pid: string): number {
  return Number(/^\d+ \(.*\) \S (\d+)/s.exec(textOf(`/proc/${pid}/stat`))?.[1] ?? 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

function isAlive(pid: number): boolean {
  const state = /^\d+ \(.*\) (\S)/s.exec(textOf(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== 'Z';
}

/** One GraphQL request as any client sends it. */
export async function post(
  url: string,
  options: {
    readonly token?: string;
    readonly body: unknown;
    readonly headers?: Record<string, string>;
  },
): Promise<{ status: number; body: GraphqlAnswer; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
  });
  const text = await response.text();
  return { status: response.status, text, body: parsed(text) };
}

export interface GraphqlAnswer {
  readonly data?: Record<string, never> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

function parsed(text: string): GraphqlAnswer {
  try {
    return JSON.parse(text) as GraphqlAnswer;
  } catch {
    return {};
  }
}
