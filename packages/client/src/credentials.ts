import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './config.js';

/** The staff token for a running system: the one given, or what the system wrote for its users. */
export function staffToken(given: string | undefined, dataDir = join(ROOT, '.tollgate')): string {
  if (given !== undefined && given !== '') return given;
  const path = join(dataDir, 'demo.json');
  if (!existsSync(path))
    throw new Error('set TOLLGATE_TOKEN to a staff token, or start the system with npm start');
  return (JSON.parse(readFileSync(path, 'utf8')) as { staffToken: string }).staffToken;
}

/** Accepts the address of the gateway or of its GraphQL endpoint. */
export function graphqlUrlOf(url: string): string {
  const base = url.replace(/\/+$/, '');
  return base.endsWith('/graphql') ? base : `${base}/graphql`;
}

/** Where a running system's stand-ins of the providers are: what is given, or what the system wrote; empty where nobody says. */
export function providersUrl(given: string | undefined, dataDir = join(ROOT, '.tollgate')): string {
  if (given !== undefined && given !== '') return given;
  const path = join(dataDir, 'demo.json');
  if (!existsSync(path)) return '';
  return (JSON.parse(readFileSync(path, 'utf8')) as { providersUrl?: string }).providersUrl ?? '';
}
