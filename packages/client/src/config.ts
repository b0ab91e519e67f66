import { fileURLToPath } from 'node:url';

/** Root of the clone. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A staff token for a system that somebody else runs. */
export const TOLLGATE_TOKEN = process.env['TOLLGATE_TOKEN'];

/** Where the providers' stand-ins of such a system are. */
export const PROVIDERS_URL = process.env['TOLLGATE_PROVIDERS_URL'];

/** Handed on to a system that a program starts itself. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
