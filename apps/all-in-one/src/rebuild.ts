import { parseArgs } from 'node:util';
import { lineOf, rebuild } from '@tollgate/runtime/service/rebuild';
import { onDatabase } from './on-database.js';

const USAGE = 'usage: npm run rebuild -- [--tenant ID] [--repair] (and DATABASE_URL, SHARD_URLS)';

interface Asked {
  readonly tenantId: string | null;
  readonly repair: boolean;
}

/** Compares every projection with the journal. Exit status 1 where one differs, 2 where the command makes no sense. */
async function main(): Promise<void> {
  const asked = readArguments();
  if (asked === null) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const { streams, differ } = await onDatabase('rebuild', ({ db, definitions }) => {
    const aggregates = definitions.flatMap((definition) => definition.aggregates ?? []);
    const found = (difference: Parameters<typeof lineOf>[0]) =>
      process.stdout.write(`${lineOf(difference)}\n`);
    return rebuild({ db, aggregates, ...asked, found });
  });
  process.stdout.write(`${streams} streams, ${differ} differ\n`);
  process.exitCode = differ > 0 ? 1 : 0;
}

function readArguments(): Asked | null {
  try {
    const { values } = parseArgs({
      options: { tenant: { type: 'string' }, repair: { type: 'boolean', default: false } },
    });
    return { tenantId: values.tenant ?? null, repair: values.repair };
  } catch {
    return null;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`rebuild: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
