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

/** A Tollgate as a user runs it: a process of its own on a data directory, reached over its port only. */
export class RunningSystem {
  #child: ChildProcess | undefined;

  private constructor(
    readonly mode: 'single' | 'distributed',
    readonly dataDir: string,
    readonly port: number,
  ) {}

  static async start(mode: 'single' | 'distributed' = 'single'): Promise<RunningSystem> {
    const dataDir = mkdtempSync(join(tmpdir(), `tollgate-e2e-${mode}-`));
    const system = new RunningSystem(mode, dataDir, await freePort());
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
    const program = join(ROOT, 'apps/all-in-one/dist', this.mode === 'single' ? 'main.js' : 'distributed.js');
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, TOLLGATE_DATA: this.dataDir, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    this.#child = child;
    await waitFor(
      'the system to be ready',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${Buffer.concat(output).toString('utf8')}`);
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
