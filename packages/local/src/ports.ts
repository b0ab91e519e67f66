import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import getPort from 'get-port';

const POLL_MS = 20;
const CONNECT_MS = 1_000;

/**
 * A TCP port of 127.0.0.1 that nobody listened on a moment ago and that this process was not given lately; the caller
 * must cope with losing the race for it to another process.
 */
export const freePort = (): Promise<number> => getPort({ host: '127.0.0.1' });

/** Resolves when somebody accepts connections on the port of 127.0.0.1; rejects after the bound. */
export const waitForPort = async (port: number, boundMs: number): Promise<void> => {
  const deadline = Date.now() + boundMs;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new Error(`Nothing listens on port ${port} after ${boundMs} ms`);
    await delay(POLL_MS);
  }
};

/** True when a connection to the port of 127.0.0.1 is accepted. */
export const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(CONNECT_MS, () => socket.destroy());
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => socket.destroy());
    socket.once('close', () => resolve(false));
  });
