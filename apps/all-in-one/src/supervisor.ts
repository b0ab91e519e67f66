import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from './node-flags.js';
import { Supervised } from './supervised.js';

const PROGRAM = fileURLToPath(new URL('main.js', import.meta.url));
const EXIT_FAILED = 1;
/** As shells do it: to this the signal's number is added. */
const EXIT_SIGNAL = 128;

/** What the program says when it serves; its later lives take the same port. */
export interface Ready {
  readonly port: number;
}

let ready: Ready | undefined;

/**
 * Keeps the one process of `npm start` running. What its first start rejects (a setting, a port that is taken) is for
 * the user to mend and ends both; after that only a stop that was asked for does.
 */
async function main(): Promise<void> {
  const tollgate = new Supervised({
    name: 'tollgate',
    start: startProgram,
    staysEnded: ({ code }) => code === 0 || (code === EXIT_FAILED && ready === undefined),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void tollgate.stop());
  const { code, signal } = await tollgate.ended;
  process.exit(code ?? (signal === null ? EXIT_FAILED : EXIT_SIGNAL + constants.signals[signal]));
}

function startProgram(): ChildProcess {
  const child = fork(PROGRAM, ready === undefined ? [] : ['--port', String(ready.port)], {
    execArgv: [...process.execArgv, ...NODE_FLAGS],
  });
  child.on('message', (message) => (ready = message as Ready));
  return child;
}

await main();
