import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);

/** The project's own copy of the scenarios. */
export const OWN_CASES = fileURLToPath(new URL('test/scenarios/cases', ROOT));

/** The format of scenario files. */
export const SCHEMA_FILE = fileURLToPath(new URL('test/scenarios/schema.json', ROOT));

/** Where the caller stood before npm moved to the package's folder. */
export const CALLER_FOLDER = process.env['INIT_CWD'] ?? process.cwd();
