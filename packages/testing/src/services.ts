import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '@tollgate/local/databases';
import { inject } from 'vitest';
import './global-setup.js';

/** Superuser URL of the run's Postgres. */
export const testPostgresUrl = (): string => inject('postgresUrl');

/** A directory of the run's own, removed after it. */
export const scratchDir = (): string => inject('scratchDir');

/** An empty database that nobody else uses. */
export const freshDatabase = async (): Promise<{ url: string; drop(): Promise<void> }> => {
  const server = testPostgresUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = await createDatabase(server, name);
  return { url, drop: () => dropDatabase(server, name) };
};
