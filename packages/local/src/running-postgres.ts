import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketPath, superuserUrl } from './postgres-url.js';
import { isAlive } from './process-table.js';

/** Lines of `postmaster.pid`. */
const PID_LINE = 0;
const PORT_LINE = 3;

/** The superuser's URL of the server that runs on the data directory; null where none does. */
export const runningPostgres = async (dataDir: string): Promise<string | null> => {
  const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[PID_LINE]), Number(lines[PORT_LINE])];
  if (!(pid > 0) || !(port > 0) || !isAlive(pid)) return null;
  const password = (await readFile(`${dataDir}.password`, 'utf8')).trim();
  const socket = socketPath(dataDir, port);
  const socketDir = socket !== null && (await exists(socket)) ? dataDir : null;
  return superuserUrl({ port, password, socketDir });
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
