import type { IncomingMessage } from 'node:http';

/** What a caller shows, from headers or from a socket's connection parameters. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** `x-tollgate-tenant`: the tenant a staff member looks into. */
  readonly tenant: string | undefined;
  /** `x-tollgate-reason`: why, percent-encoded where it is not plain ASCII. */
  readonly reason: string | undefined;
  /** Where the request comes from; failed attempts are counted by it. */
  readonly address: string;
}

/** What a request shows of its caller. */
export function credentialsOf(request: IncomingMessage): Credentials {
  return shownBy(request, (name) => request.headers[name]);
}

/** Browsers cannot send headers with a WebSocket, so connection parameters come first. */
export function credentialsIn(
  params: Readonly<Record<string, unknown>> | undefined,
  request: IncomingMessage,
): Credentials {
  return shownBy(
    request,
    (name) =>
      params?.[name] ??
      (name === 'authorization' ? params?.['Authorization'] : undefined) ??
      request.headers[name],
  );
}

function shownBy(request: IncomingMessage, look: (name: string) => unknown): Credentials {
  const text = (name: string): string | undefined => {
    const value = look(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    authorization: text('authorization'),
    tenant: text('x-tollgate-tenant'),
    reason: text('x-tollgate-reason'),
    address: request.socket.remoteAddress ?? '',
  };
}
