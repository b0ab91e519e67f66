import type { IncomingMessage } from 'node:http';
import { addressBehind, senderOf, type TrustedProxies } from '../base/address.js';

/** What a caller shows, from headers or from a socket's connection parameters. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** `x-tollgate-tenant`: the tenant a staff member looks into. */
  readonly tenant: string | undefined;
  /** `x-tollgate-reason`: why, percent-encoded where it is not plain ASCII. */
  readonly reason: string | undefined;
  /** Where the request comes from; failed attempts are counted by it. Found out when it is asked for: few are. */
  readonly address: string;
}

/** What a request shows of its caller. */
export function credentialsOf(request: IncomingMessage, trusted: TrustedProxies): Credentials {
  return shownBy((name) => request.headers[name], request, trusted);
}

/** What a socket's client says when it connects, and the request by which it came. */
export interface Connecting {
  readonly params: Readonly<Record<string, unknown>> | undefined;
  readonly request: IncomingMessage;
}

/** Browsers cannot send headers with a WebSocket, so connection parameters come first. */
export function credentialsIn({ params, request }: Connecting, trusted: TrustedProxies): Credentials {
  const look = (name: string): unknown =>
    params?.[name] ??
    (name === 'authorization' ? params?.['Authorization'] : undefined) ??
    request.headers[name];
  return shownBy(look, request, trusted);
}

function shownBy(
  look: (name: string) => unknown,
  request: IncomingMessage,
  trusted: TrustedProxies,
): Credentials {
  const sender = senderOf(request);
  const text = (name: string): string | undefined => {
    const value = look(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    authorization: text('authorization'),
    tenant: text('x-tollgate-tenant'),
    reason: text('x-tollgate-reason'),
    get address() {
      return addressBehind(sender, trusted);
    },
  };
}
