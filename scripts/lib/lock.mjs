// A lock between processes: a file that names its holder.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;
const WAIT_MS_MAX = 15 * 60_000;

/** Runs `work` while no other process does; a holder that died is no obstacle. `onWait` is told the holder's pid. */
export async function withLock(file, work, onWait = () => undefined) {
  mkdirSync(dirname(file), { recursive: true });
  await acquire(file, onWait);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

async function acquire(file, onWait) {
  const draft = `${file}.${process.pid}`;
  const deadline = Date.now() + WAIT_MS_MAX;
  writeFileSync(draft, String(process.pid));
  try {
    for (let told = false; !linked(draft, file);) {
      const holder = holderOf(file);
      if (holder !== undefined && !isAlive(holder)) removeStale(file, holder);
      else {
        if (!told && holder !== undefined) onWait(holder);
        told ||= holder !== undefined;
        if (Date.now() > deadline)
          throw new Error(`Process ${holder} holds ${file} for too long: remove the file`);
        await delay(POLL_MS);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link appears whole or not at all, unlike a file that is created and then written. */
function linked(draft, file) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Renames before removing and looks again, so that two who find the same dead holder do not free a fresh lock. */
function removeStale(file, holder) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holderOf(aside) !== holder) linked(aside, file);
  rmSync(aside, { force: true });
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
