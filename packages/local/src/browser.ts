import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { findProgram } from './program.js';
import type { Requirements } from './requirements.js';

const INSTALL_MS = 600_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;
const execute = promisify(execFile);

/** The browser to drive: CHROMIUM_BIN, else the first of its usual names on the PATH, else null. */
export const findBrowser = async (): Promise<string | null> => {
  const named = process.env['CHROMIUM_BIN'];
  if (named) return named;
  for (const name of NAMES) {
    const path = await findProgram(name);
    if (path !== null) return path;
  }
  return null;
};

/** Finds a Chromium, or installs Debian's when we are root on a machine with apt. */
export const requireBrowser = async (): Promise<Requirements> => {
  if ((await findBrowser()) !== null) return { ok: true };
  const why = await installBrowser().catch((error: Error) => error.message.split('\n')[0]);
  if ((await findBrowser()) !== null) return { ok: true };
  const missing = 'no Chromium on the PATH, CHROMIUM_BIN is not set and it could not be installed';
  return { ok: false, missing: [why ? `${missing}: ${why}` : missing] };
};

const installBrowser = async (): Promise<string | undefined> => {
  if (userInfo().uid !== 0 || (await findProgram('apt-get')) === null) return 'not root on a Debian machine';
  const options = { timeout: INSTALL_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await execute('apt-get', ['update', '-q'], options);
  await execute('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], options);
  return undefined;
};
