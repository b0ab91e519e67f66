import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN_CASES, CALLER_FOLDER } from './config.js';

/** What `npm run scenario -- …` was asked to do. */
export interface ScenarioArguments {
  /** Files of scenarios, or folders of them. */
  readonly paths: readonly string[];
  /** Only scenarios with these ids; all of them if there is none. */
  readonly only: readonly string[];
  /** A running system; without one the program starts and stops its own. */
  readonly url: string | undefined;
  /** Where the report goes as JSON. */
  readonly json: string | undefined;
  readonly atOnce: number;
}

export const USAGE = `npm run scenario -- [--only ID] [--url URL] [--json FILE] [--at-once N] [FILE…]

  FILE            scenario files, or folders of them; default: test/scenarios/cases
  --only ID       only the scenario with this id; may be given several times
  --url URL       use a running system; credentials from TOLLGATE_TOKEN (a staff token) or .tollgate/demo.json,
                  and its stand-ins of the providers from TOLLGATE_PROVIDERS_URL or the same file
  --json FILE     write the report there
  --at-once N     play so many scenarios at the same time`;

/** What two cores keep busy. */
const AT_ONCE = 6;
const AT_ONCE_MAX = 64;

/** Throws with the reason where the arguments make no sense. Paths are meant from where the caller stands. */
export function parseScenarioArguments(argv: readonly string[]): ScenarioArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      url: { type: 'string' },
      json: { type: 'string' },
      'at-once': { type: 'string', default: String(AT_ONCE) },
    },
  });
  const atOnce = Number(values['at-once']);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > AT_ONCE_MAX)
    throw new Error(`--at-once is 1 to ${AT_ONCE_MAX}`);
  const paths = positionals.length === 0 ? [OWN_CASES] : positionals.map(fromCaller);
  for (const path of paths) if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  const json = values.json === undefined ? undefined : fromCaller(values.json);
  return { paths, only: values.only, url: values.url, json, atOnce };
}

/** npm moves to the package's folder. */
function fromCaller(path: string): string {
  return resolve(CALLER_FOLDER, path);
}
