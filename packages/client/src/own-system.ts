import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './config.js';

/** A system to talk to; `stop` ends it where the program started it. */
export interface OwnSystem {
  readonly graphqlUrl: string;
  readonly staffToken: string;
  /** Where the providers' stand-ins are; empty where there are none. */
  readonly providersUrl: string;
  stop(): Promise<void>;
}

const READY_MAX_MS = 180_000;
const STOP_MAX_MS = 30_000;
const POLL_MS = 50;

/** Starts a whole system on a fresh data directory and waits until it is ready. */
export async function startOwnSystem({
  distributed,
  environment,
}: {
  readonly distributed: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<OwnSystem> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-own-'));
  const program = join(ROOT, 'apps/all-in-one/dist', distributed ? 'distributed.js' : 'main.js');
  const child = spawn(process.execPath, [program], {
    env: { ...environment, TOLLGATE_DATA: dataDir, PORT: '0', GATEWAY_PORT: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const credentials = await ready(child, join(dataDir, 'demo.json'));
    return { ...credentials, stop: () => stop(child, dataDir) };
  } catch (error) {
    await stop(child, dataDir);
    throw error;
  }
}

type Credentials = Pick<OwnSystem, 'graphqlUrl' | 'staffToken' | 'providersUrl'>;

async function ready(child: ChildProcess, path: string): Promise<Credentials> {
  const deadline = Date.now() + READY_MAX_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Credentials;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`the system did not start (its log is in ${path.replace(/demo\.json$/, '')})`);
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
    await ended;
    clearTimeout(timer);
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
