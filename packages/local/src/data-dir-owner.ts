import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './process-table.js';

const ATTEMPTS_MAX = 10;
const DYING_MS = 2_000;
const DYING_POLL_MS = 20;

interface Owner {
  readonly pid: number;
  readonly identity: string;
}

/** Thrown when a living process already runs a server on the data directory. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `${dataDir} is in use by process ${pid}: stop that one, or give this one its own with TOLLGATE_DATA=<folder>.`,
    );
  }
}

/**
 * Makes this process the one that may run a server on the data directory and returns how to give that up.
 * The mark of a process that died is taken over, that of a living one is respected (DataDirInUse).
 */
export const ownDataDir = async (dataDir: string): Promise<() => Promise<void>> => {
  const mark = `${dataDir}.owner`;
  const draft = `${mark}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) ?? '' }));
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (await linked(draft, mark)) return () => rm(mark, { force: true });
      await removeIfStale(mark, dataDir);
    }
    throw new Error(`Cannot mark ${dataDir} as ours`);
  } finally {
    await rm(draft, { force: true });
  }
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** Renames before removing, so that two who find the same stale mark do not remove each other's fresh one. */
const removeIfStale = async (mark: string, dataDir: string): Promise<void> => {
  const seen = await readFile(mark, 'utf8').catch(() => undefined);
  if (seen === undefined) return;
  const owner = parse(seen);
  if (owner !== undefined && (await outlives(owner, DYING_MS))) throw new DataDirInUse(dataDir, owner.pid);
  const aside = `${mark}.stale.${process.pid}`;
  if (!(await renamed(mark, aside))) return;
  if ((await readFile(aside, 'utf8')) !== seen) await linked(aside, mark);
  await rm(aside, { force: true });
};

/** Whether a process is still there after so long: one that was just killed takes a moment to be gone. */
const outlives = async (owner: Owner, ms: number): Promise<boolean> => {
  const deadline = performance.now() + ms;
  while (identityOf(owner.pid) === owner.identity) {
    if (performance.now() >= deadline) return true;
    await delay(DYING_POLL_MS);
  }
  return false;
};

const renamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );

const parse = (text: string): Owner | undefined => {
  try {
    const { pid, identity } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
};
