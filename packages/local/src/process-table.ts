import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const LINUX = process.platform === 'linux';
const WINDOWS = process.platform === 'win32';

/** True while the process runs; a zombie (dead, not reaped by a container without an init) counts as dead. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !LINUX || !['Z', 'X', undefined].includes(statFields(pid)?.[0]);
};

/** Tells a process from a later one that was given the same number; undefined when there is none. */
export const identityOf = (pid: number): string | undefined => {
  if (!isAlive(pid)) return undefined;
  if (LINUX) return statFields(pid)?.[19];
  if (WINDOWS) return `pid ${pid}`;
  return ps('-o', 'lstart=', '-p', String(pid)).trim() || undefined;
};

/** The command line, arguments separated by blanks; empty when it cannot be read. */
export const commandLineOf = (pid: number): string => {
  if (WINDOWS) return '';
  if (!LINUX) return ps('-o', 'command=', '-p', String(pid)).trim();
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
};

/** The direct and indirect children, in no order. */
export const descendantsOf = (pid: number): readonly number[] => {
  const parents = parentTable();
  const found: number[] = [];
  for (let frontier = [pid]; frontier.length > 0;) {
    frontier = parents.filter(([, parent]) => frontier.includes(parent)).map(([child]) => child);
    found.push(...frontier);
  }
  return found;
};

/** Processes whose working directory is `directory`; knows them on Linux only, elsewhere the list is empty. */
export const processesIn = (directory: string): readonly number[] =>
  LINUX ? procPids().filter((pid) => workingDirectory(pid) === directory && isAlive(pid)) : [];

/** Sends the signal; a process that is gone already is no error. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const parentTable = (): readonly (readonly [child: number, parent: number])[] => {
  if (LINUX) return procPids().map((pid) => [pid, Number(statFields(pid)?.[1] ?? 0)] as const);
  if (WINDOWS) return [];
  return ps('-axo', 'pid=,ppid=')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid, parent]) => [pid ?? 0, parent ?? 0] as const);
};

/** /proc/<pid>/stat from the third field (state) on; the name before it may contain anything. */
const statFields = (pid: number): readonly string[] | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const procPids = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

const workingDirectory = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
};

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const ps = (...args: readonly string[]): string => {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};
