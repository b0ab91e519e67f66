import { parseArgs } from 'node:util';

/** What `npm run attack -- …` was asked to do. */
export interface AttackArguments {
  /** Only attacks with these names; all of them if there is none. */
  readonly only: readonly string[];
  /** A running system; without one the program starts and stops its own. */
  readonly url: string | undefined;
}

export const USAGE = `npm run attack -- [--only NAME] [--url URL]

  --only NAME   only the attack with this name; may be given several times
  --url URL     attack a running system; credentials from TOLLGATE_TOKEN (a staff token) or .tollgate/demo.json`;

/** Throws with the reason where the arguments make no sense. */
export function parseAttackArguments(argv: readonly string[]): AttackArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { only: { type: 'string', multiple: true, default: [] }, url: { type: 'string' } },
  });
  return { only: values.only, url: values.url };
}
