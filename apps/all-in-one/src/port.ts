import { createServer } from 'node:net';

/** Somebody listens already where this was to listen. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(host: string, port: number) {
    super(
      `Port ${port} of ${host} is taken: stop what listens there, or choose another, for example PORT=${port + 1} npm start.`,
    );
  }
}

/** Throws `PortTaken` before anything is started; port 0 takes a free one. */
export async function requirePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, host, resolve);
    });
  } catch (error) {
    throw portFault(error, host, port);
  } finally {
    probe.close();
  }
}

/** What it means that one could not listen there. */
function portFault(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new PortTaken(host, port);
  if (code === 'EACCES')
    return new Error(`Port ${port} is not for ordinary users: choose one above 1023 with PORT=<number>.`);
  if (code === 'EADDRNOTAVAIL')
    return new Error(`This machine has no address ${host}: set HOST to one that it has.`);
  return error;
}
