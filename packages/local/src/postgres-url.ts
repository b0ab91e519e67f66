import { join } from 'node:path';

const HOST = '127.0.0.1';
/** What the shortest of our systems (macOS) takes as the path of a socket, without its ending NUL. */
const SOCKET_PATH_MAX_BYTES = 103;

/** The socket of the server in this data directory; null where the system has no such sockets or the path is too long. */
export const socketPath = (dataDir: string, port: number): string | null => {
  const path = join(dataDir, `.s.PGSQL.${port}`);
  return process.platform === 'win32' || Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES ? null : path;
};

/**
 * The superuser's URL of an embedded server. Where it has a socket the connection goes over that, for a round trip costs
 * a third less there than over TCP; whoever knows only host and port is answered as well.
 */
export const superuserUrl = (server: {
  readonly port: number;
  readonly password: string;
  /** The directory of its socket; null where it has none. */
  readonly socketDir: string | null;
}): string => {
  const url = new URL(`postgres://postgres:${server.password}@${HOST}:${server.port}/postgres`);
  if (server.socketDir !== null) url.searchParams.set('host', server.socketDir);
  return url.href;
};
