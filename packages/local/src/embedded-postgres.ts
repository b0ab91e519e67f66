import { randomBytes } from 'node:crypto';
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ownDataDir } from './data-dir-owner.js';
import { freePort } from './ports.js';
import { socketPath, superuserUrl } from './postgres-url.js';
import { findPostgres, reachableBy, type PostgresBinaries } from './postgres-binaries.js';
import { commandLineOf, isAlive, processesIn, signal } from './process-table.js';
import { startChild, stopForeign, type Child } from './process.js';

const HOST = '127.0.0.1';
const INIT_MS = 120_000;
const READY_MS = 120_000;
const STOP_FOREIGN_MS = 15_000;
const START_ATTEMPTS_MAX = 20;
const RETRY_MS = 500;

/** A running server; `url` is the superuser's, to the database `postgres`. */
export interface RunningPostgres {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly pid: number;
  /** Fast shutdown: sessions are ended, the data is flushed. */
  stop(): Promise<void>;
  /** SIGKILL to every process of the server, as a power cut would; resolves when they are gone. */
  kill(): Promise<void>;
}

export interface PostgresOptions {
  readonly dataDir: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Default true. False gives up crash safety for speed and is for tests that throw the data away. */
  readonly durable?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Starts a real Postgres on the data directory and creates it first when it is new. Recovers what an earlier run left
 * behind: a crashed server's lock files, or a server whose owner died. Throws DataDirInUse when the owner lives.
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  await mkdir(dirname(resolve(options.dataDir)), { recursive: true });
  const dataDir = join(
    await realpath(dirname(resolve(options.dataDir))),
    options.dataDir.split(/[\\/]/).at(-1) ?? '',
  );
  const giveUp = await ownDataDir(dataDir);
  try {
    const binaries = await findPostgres();
    const password = await ensurePassword(`${dataDir}.password`);
    const cluster = { binaries, dataDir, options };
    if (!(await isDirectory(dataDir))) await initialise(cluster, password);
    else await requireCluster(dataDir);
    await clearLeftovers(dataDir);
    const { child, port } = await startServer(cluster);
    const gone = child.exited.then(giveUp);
    child.letGo();
    const socketDir = socketPath(dataDir, port) === null ? null : dataDir;
    return describe(child, { url: superuserUrl({ port, password, socketDir }), port, password, gone });
  } catch (error) {
    await giveUp();
    throw error;
  }
};

/** A data directory, the programs that work on it, and how. */
interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly dataDir: string;
  readonly options: PostgresOptions;
}

const describe = (
  child: Child,
  { gone, ...server }: Pick<RunningPostgres, 'url' | 'port' | 'password'> & { readonly gone: Promise<void> },
): RunningPostgres => ({
  ...server,
  host: HOST,
  pid: child.pid,
  stop: async () => {
    await child.stop();
    await gone;
  },
  kill: async () => {
    child.kill();
    await gone;
  },
});

const ensurePassword = async (file: string): Promise<string> => {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${file}.new`, password, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return password;
};

/** A folder of something else is not touched. */
const requireCluster = async (dataDir: string): Promise<void> => {
  const version = await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version === '')
    throw new Error(`${dataDir} holds no database: choose another folder with TOLLGATE_DATA=<folder>.`);
};

/** Creates the cluster beside its place and renames it when complete: a start that dies leaves no half of one. */
const initialise = async ({ binaries, dataDir, options }: Cluster, password: string): Promise<void> => {
  const draft = `${dataDir}.new`;
  const secrets = await mkdtemp(join(tmpdir(), 'tollgate-initdb-'));
  const passwordFile = join(secrets, 'password');
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    const { runAs } = binaries;
    if (runAs) for (const path of [draft, secrets, passwordFile]) await chown(path, runAs.uid, runAs.gid);
    await runInitdb({ binaries, dataDir: draft, options }, passwordFile);
    await rename(draft, dataDir);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
};

const runInitdb = async ({ binaries, dataDir, options }: Cluster, passwordFile: string): Promise<void> => {
  const place = await placeFor(binaries, dataDir);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = [`--pgdata=${place.pgdata}`, `--pwfile=${passwordFile}`, '--username=postgres'];
  args.push('--auth=scram-sha-256', ...locale, ...(options.durable === false ? ['--no-sync'] : []));
  const child = await startChild({
    ...place.spawn,
    name: 'initdb',
    command: binaries.initdb,
    args,
    ...logOf(options),
  });
  await child.waitForLine(/Success\. You can now start/, INIT_MS);
  await child.exited;
};

/**
 * Postgres must be able to walk to its data. Below a directory that only root may enter, it is started inside the data
 * directory and addresses it as its working directory, which Linux allows without walking.
 */
const placeFor = async (
  { runAs }: PostgresBinaries,
  dataDir: string,
): Promise<{ pgdata: string; spawn: { cwd: string; uid?: number; gid?: number } }> => {
  if (runAs === undefined) return { pgdata: dataDir, spawn: { cwd: dataDir } };
  const spawn = { cwd: dataDir, ...runAs };
  if (await reachableBy(dirname(dataDir), runAs)) return { pgdata: dataDir, spawn };
  if (process.platform !== 'linux')
    throw new Error(`Postgres cannot run as root, and user ${runAs.uid} cannot enter ${dirname(dataDir)}`);
  return { pgdata: '/proc/self/cwd', spawn };
};

/** Ends a server whose owner died, then removes the lock file that the postmaster left when it was killed. */
const clearLeftovers = async (dataDir: string): Promise<void> => {
  const lock = join(dataDir, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 0 && isAlive(pid) && isPostmaster(pid, dataDir))
    await stopForeign(pid, 'SIGINT', STOP_FOREIGN_MS);
  for (const backend of processesIn(dataDir)) signal(backend, 'SIGKILL');
  await rm(lock, { force: true });
  // Each start may take another port, and a killed server removes none of its sockets.
  for (const name of await readdir(dataDir))
    if (name.startsWith('.s.PGSQL.')) await rm(join(dataDir, name), { force: true });
};

const isPostmaster = (pid: number, dataDir: string): boolean =>
  processesIn(dataDir).includes(pid) || commandLineOf(pid).includes(dataDir);

const startServer = async (cluster: Cluster): Promise<{ child: Child; port: number }> => {
  const { options } = cluster;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const child = await spawnServer(cluster, port);
    try {
      await child.waitForLine(/database system is ready to accept connections/, READY_MS);
      return { child, port };
    } catch (error) {
      child.kill();
      await child.exited;
      if (attempt === START_ATTEMPTS_MAX || !worthAnotherTry(child.output(), options)) throw error;
      await delay(RETRY_MS);
    }
  }
};

/** Another process took the free port, or a killed server's last backend still holds the shared memory. */
const worthAnotherTry = (output: string, options: PostgresOptions): boolean =>
  output.includes('shared memory block') ||
  (options.port === undefined && output.includes('could not create any TCP/IP sockets'));

const spawnServer = async ({ binaries, dataDir, options }: Cluster, port: number): Promise<Child> => {
  const place = await placeFor(binaries, dataDir);
  // Beside its data, where nobody else may go; the server works in that directory.
  const sockets = socketPath(dataDir, port) === null ? '' : '.';
  const where = { port: String(port), unix_socket_directories: sockets };
  const settings = { ...SETTINGS, ...where, ...(options.durable === false ? THROWAWAY : DURABLE) };
  const args = [
    '-D',
    place.pgdata,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const spec = { ...place.spawn, name: 'Postgres', command: binaries.postgres, args, ...logOf(options) };
  return startChild({ ...spec, stopSignal: 'SIGINT', env: { LC_ALL: 'C', TZ: 'UTC' } });
};

const logOf = ({ log }: PostgresOptions) => (log === undefined ? {} : { log });

const SETTINGS = {
  listen_addresses: HOST,
  max_connections: '200',
  shared_buffers: '128MB',
  wal_level: 'logical',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
} as const;
const DURABLE = { fsync: 'on', synchronous_commit: 'on' } as const;
const THROWAWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } as const;

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
