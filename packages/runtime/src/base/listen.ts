import type { Server } from 'node:net';

/** Where a process is to listen, and how its user chooses another place. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What the user sets, and what comes after it where it stands in a command: `PORT`, ` npm start`. */
  readonly setting: string;
  readonly command?: string;
}

/** Resolves when the server listens; rejects with one sentence that says the way out where the address is at fault. */
export function listenAt(server: Server, address: ListenAddress): Promise<void> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(rejectionOf(error, address));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.removeListener('error', onError);
      resolve();
    });
  });
}

function rejectionOf(error: Error, { host, port, setting, command = '' }: ListenAddress): Error {
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new Error(
        `Port ${port} of ${host} is taken: stop what listens there, or choose another, for example ${setting}=${port + 1}${command}.`,
      );
    case 'EACCES':
      return new Error(
        `Port ${port} is not for ordinary users: choose one above 1023 with ${setting}=<number>.`,
      );
    case 'EADDRNOTAVAIL':
      return new Error(`This machine has no address ${host}: choose one that it has.`);
    default:
      return error;
  }
}
