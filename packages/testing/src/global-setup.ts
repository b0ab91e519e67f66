import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from '@tollgate/local/embedded-postgres';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the run's Postgres. */
    postgresUrl: string;
    /** A directory that is removed after the run. */
    scratchDir: string;
  }
}

interface Run {
  readonly scratchDir: string;
  readonly postgres: RunningPostgres | undefined;
  readonly postgresUrl: string;
}

const RUN = Symbol.for('tollgate.test-run');
const shared = globalThis as { [RUN]?: { readonly run: Promise<Run>; users: number } | undefined };

/** One Postgres for the whole run, however many projects ask; TOLLGATE_TEST_POSTGRES_URL names another to use. */
export const setup = async (project: TestProject): Promise<void> => {
  shared[RUN] ??= { run: begin(), users: 0 };
  shared[RUN].users += 1;
  const { postgresUrl, scratchDir } = await shared[RUN].run;
  project.provide('postgresUrl', postgresUrl);
  project.provide('scratchDir', scratchDir);
};

/** Ends the server and removes the files when the last project is done. */
export const teardown = async (): Promise<void> => {
  const current = shared[RUN];
  if (current === undefined) return;
  current.users -= 1;
  if (current.users > 0) return;
  shared[RUN] = undefined;
  const { postgres, scratchDir } = await current.run;
  await postgres?.stop();
  await rm(scratchDir, { recursive: true, force: true, maxRetries: 5 });
};

const begin = async (): Promise<Run> => {
  const scratchDir = await mkdtemp(join(tmpdir(), 'tollgate-test-'));
  const given = process.env['TOLLGATE_TEST_POSTGRES_URL'];
  if (given) return { scratchDir, postgres: undefined, postgresUrl: given };
  const postgres = await startPostgres({ dataDir: join(scratchDir, 'postgres'), durable: false });
  return { scratchDir, postgres, postgresUrl: postgres.url };
};
