import { Client } from 'pg';

/** Creates the database and answers its URL; the name must be new. */
export const createDatabase = async (superuserUrl: string, name: string): Promise<string> => {
  await run(superuserUrl, `CREATE DATABASE ${quote(name)}`);
  return databaseUrl(superuserUrl, name);
};

/** Creates the database unless it is there, and answers its URL. */
export const ensureDatabase = async (superuserUrl: string, name: string): Promise<string> => {
  await createDatabase(superuserUrl, name).catch((error: { code?: string }) => {
    if (error.code !== DUPLICATE_DATABASE) throw error;
  });
  return databaseUrl(superuserUrl, name);
};

/** Drops the database with whoever is still connected to it; one that is gone is no error. */
export const dropDatabase = (superuserUrl: string, name: string): Promise<void> =>
  run(superuserUrl, `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);

/** The same server and user, another database. */
export const databaseUrl = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
};

const DUPLICATE_DATABASE = '42P04';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const run = async (url: string, sql: string): Promise<void> => {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};
