import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { freePort } from './ports.js';
import { startChild, type Child } from './process.js';
import { findProgram } from './program.js';

const HOST = '127.0.0.1';
const READY_MS = 15_000;
const INSTALL_MS = 300_000;
const START_ATTEMPTS_MAX = 5;
const execute = promisify(execFile);

/** A running redis-server that keeps nothing on disk. */
export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** The redis-server to use: REDIS_SERVER_BIN, else the one on the PATH, else null. */
export const findRedis = async (): Promise<string | null> => {
  const named = process.env['REDIS_SERVER_BIN'];
  if (named) return named;
  return findProgram('redis-server');
};

/** Installs Debian's redis-server when we are root on a machine with apt; answers its path or null. */
export const installRedis = async (): Promise<string | null> => {
  if (userInfo().uid !== 0 || (await findProgram('apt-get')) === null) return null;
  const options = {
    timeout: INSTALL_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  };
  await execute('apt-get', ['update', '-q'], options);
  await execute('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'redis-server'], options);
  return findRedis();
};

/** Starts a real redis-server on the loopback interface, without persistence, on any free port unless one is given. */
export const startRedis = async (
  options: { readonly port?: number; readonly dir?: string; readonly log?: (line: string) => void } = {},
): Promise<RunningRedis> => {
  const command = await findRedis();
  if (command === null)
    throw new Error('redis-server is not installed (Debian: apt-get install redis-server)');
  if (options.dir !== undefined) await mkdir(options.dir, { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const child = await launch(command, port, options);
    try {
      await child.waitForLine(/Ready to accept connections/, READY_MS);
      child.letGo();
      return describe(child, port);
    } catch (error) {
      child.kill();
      await child.exited;
      if (attempt === START_ATTEMPTS_MAX || options.port !== undefined) throw error;
    }
  }
};

const launch = (
  command: string,
  port: number,
  { dir, log }: { readonly dir?: string; readonly log?: (line: string) => void },
): Promise<Child> => {
  const args = [
    '--port',
    String(port),
    '--bind',
    HOST,
    '--save',
    '',
    '--appendonly',
    'no',
    '--daemonize',
    'no',
  ];
  if (dir !== undefined) args.push('--dir', dir);
  return startChild({ name: 'redis-server', command, args, ...(log === undefined ? {} : { log }) });
};

const describe = (child: Child, port: number): RunningRedis => ({
  url: `redis://${HOST}:${port}`,
  port,
  pid: child.pid,
  stop: () => child.stop(),
  kill: async () => {
    child.kill();
    await child.exited;
  },
});
