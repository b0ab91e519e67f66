import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { writePrivately } from './secrets.js';

/** What a newcomer needs to try everything; written to `.tollgate/demo.json`. */
export interface DemoCredentials {
  readonly graphqlUrl: string;
  readonly subscriptionsUrl: string;
  readonly playgroundUrl: string;
  readonly apiKey: string;
  readonly portalToken: string;
  readonly staffToken: string;
  /** Where the providers' stand-ins are; absent where real ones are used. */
  readonly providersUrl?: string;
}

/** What was seeded; remembered so that it is seeded once. */
export interface Seeded {
  readonly tenantId: string;
  readonly customerId: string;
  readonly apiKey: string;
}

const STAFF_TOKEN_DAYS = 30;
const DAY_S = 86_400;

/** A staff token of the local issuer with both roles, for the demo's operator. */
export async function demoStaffToken(secret: string): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  return new SignJWT({ roles: ['support', 'operator'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('operator@demo.local')
    .setAudience('tollgate-staff')
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + STAFF_TOKEN_DAYS * DAY_S)
    .sign(new TextEncoder().encode(secret));
}

/** What the seed made on this data directory; null before the first start. */
export function readSeeded(dataDir: string): Seeded | null {
  const path = join(dataDir, 'seeded.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Seeded) : null;
}

/** Remembers what the seed made, so that the next start does not make it again. */
export function writeSeeded(dataDir: string, seeded: Seeded): void {
  writePrivately(join(dataDir, 'seeded.json'), JSON.stringify(seeded, null, 2));
}

/** Credentials for those who use the system; mode 0600, for they open it. */
export function writeCredentials(path: string, credentials: DemoCredentials): void {
  writePrivately(path, JSON.stringify(credentials, null, 2));
}
