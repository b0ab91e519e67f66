import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './config.js';

/** What `npm run demo -- …` was asked to do. */
export interface DemoArguments {
  /** CSV with the columns TIMESTAMP, ContextTokens, GeneratedTokens; without one a month is generated. */
  readonly usage: string | undefined;
  /** Where the result goes as JSON. */
  readonly json: string | undefined;
  /** A running system; without one the demo starts and stops its own. */
  readonly url: string | undefined;
  readonly distributed: boolean;
}

export const USAGE = `npm run demo -- [--usage FILE] [--json FILE] [--url URL] [--distributed]

  --usage FILE    CSV with the columns TIMESTAMP, ContextTokens, GeneratedTokens; default: a generated month
  --json FILE     write the result there
  --url URL       use a running system; credentials from TOLLGATE_TOKEN (a staff token) or .tollgate/demo.json
  --distributed   start the distributed system instead of the single process`;

/** Throws with the usage where the arguments make no sense. */
export function parseDemoArguments(argv: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      usage: { type: 'string' },
      json: { type: 'string' },
      url: { type: 'string' },
      distributed: { type: 'boolean', default: false },
    },
  });
  if (values.usage !== undefined && !existsSync(values.usage))
    throw new Error(`there is no file ${values.usage}`);
  return { usage: values.usage, json: values.json, url: values.url, distributed: values.distributed };
}

/** The staff token for a running system: TOLLGATE_TOKEN, or what the system wrote for its users. */
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
