import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECRET_BYTES = 32;
const NAMES = [
  'databasePassword',
  'identity',
  'portal',
  'apiKey',
  'staffDev',
  'stripeKey',
  'stripeWebhook',
  'paypalClient',
  'paypalClientSecret',
  'paypalWebhook',
] as const;

/** Secrets of one local system: random, made once, readable by its owner alone. */
export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>;

/** The secrets in the data directory; missing ones are made. Of two first starts at once, both get the same ones. */
export function localSecrets(dataDir: string): Secrets {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'secrets.json');
  if (!existsSync(path)) claim(path, completed({}));
  const known = JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>;
  const secrets = completed(known);
  if (NAMES.some((name) => known[name] === undefined)) writePrivately(path, JSON.stringify(secrets, null, 2));
  return secrets;
}

function completed(known: Partial<Secrets>): Secrets {
  const entries = NAMES.map((name) => [name, known[name] ?? randomBytes(SECRET_BYTES).toString('hex')]);
  return Object.fromEntries(entries) as Secrets;
}

/** Makes the file, unless another process is there first. */
function claim(path: string, secrets: Secrets): void {
  const own = `${path}.${process.pid}`;
  writePrivately(own, JSON.stringify(secrets, null, 2));
  try {
    linkSync(own, path);
  } catch {
    // Not every file system has links; there, the last of two wins.
    if (!existsSync(path)) renameSync(own, path);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Secrets of the right form that open nothing and are not kept. */
export function standInSecrets(): Secrets {
  return Object.fromEntries(NAMES.map((name) => [name, '0'.repeat(SECRET_BYTES * 2)])) as Secrets;
}

/** Writes a file that only its owner may read, whole or not at all. */
export function writePrivately(path: string, text: string): void {
  writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
