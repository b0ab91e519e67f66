import { parseArgs } from 'node:util';
import { verify, type FoundFault } from '@tollgate/runtime/service/verify';
import { onDatabase } from './on-database.js';

const USAGE = 'usage: npm run verify -- [--tenant ID] (and DATABASE_URL, SHARD_URLS)';

/** Computes every document again from what it was computed from. Exit status 1 where one differs, 2 where the command makes no sense. */
async function main(): Promise<void> {
  const tenantId = readArguments();
  if (tenantId === undefined) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const verified = await onDatabase('verify', ({ db, definitions }) => {
    const provables = definitions.flatMap((definition) => definition.provables ?? []);
    return verify({ db, provables, tenantId, found: say });
  });
  for (const { name, count, differ } of verified)
    process.stdout.write(`${count} ${name}, ${differ} differ\n`);
  process.exitCode = verified.some(({ differ }) => differ > 0) ? 1 : 0;
}

function say({ tenantId, id, said }: FoundFault): void {
  process.stdout.write(`${tenantId}\t${id}\t${said}\n`);
}

/** The tenant that is asked for, null for all; undefined where the arguments make no sense. */
function readArguments(): string | null | undefined {
  try {
    const { values } = parseArgs({ options: { tenant: { type: 'string' } } });
    return values.tenant ?? null;
  } catch {
    return undefined;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`verify: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
