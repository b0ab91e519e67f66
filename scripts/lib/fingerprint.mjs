// Fingerprints of the source tree, quick enough to take at every start.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'coverage']);

/** Every file below the root that somebody wrote, as paths with forward slashes. */
export function sourceFiles(root) {
  const found = [];
  const walk = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) walk(path);
      else found.push(relative(root, path).replaceAll(sep, '/'));
    }
  };
  walk(root);
  return found.sort();
}

/** Changes when a file's content does; for few files. */
export function contentFingerprint(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

/** Changes when a file comes, goes or is written; for many files. */
export function stampFingerprint(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    hash.update(`${path}\0${found?.mtimeMs}\0${found?.size}\0`);
  }
  return hash.digest('hex');
}

/** The file's SHA-256, or undefined when there is none. */
export const fileHash = (path) =>
  existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined;
