import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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

/** The secrets in the data directory; missing ones are made. */
export function localSecrets(dataDir: string): Secrets {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'secrets.json');
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>) : {};
  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, known[name] ?? randomBytes(SECRET_BYTES).toString('hex')]),
  );
  writePrivately(path, JSON.stringify(secrets, null, 2));
  return secrets as Secrets;
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
