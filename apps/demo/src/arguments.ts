import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

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
