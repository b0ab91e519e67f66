import { codeOf } from '../base/errors.js';
import type { Credentials } from '../caller/credentials.js';
import type { Authenticator } from '../caller/identity.js';
import type { Extra } from './operation.js';

/** A caller is looked at again so often while its socket is open: a revoked key ends its subscriptions. */
const RECHECK_MS = 2_000;
const CLOSE_FORBIDDEN = 4403;

/** At the token's expiry, and every few seconds, the credential is checked again; a rejection closes the socket. */
export function watchCaller(
  authenticator: Pick<Authenticator, 'authenticate'>,
  extra: Extra,
  credentials: Credentials,
): void {
  const again = (): void => watchCaller(authenticator, extra, credentials);
  const check = (): void => {
    authenticator.authenticate(credentials).then(
      (caller) => {
        extra.caller = caller;
        again();
      },
      (error: unknown) => {
        // Only a clear no ends the socket; a subgraph that restarts does not.
        if (codeOf(error) === 'UNAUTHENTICATED' || codeOf(error) === 'FORBIDDEN') {
          extra.socket.close(CLOSE_FORBIDDEN, 'The credential is no longer valid');
        } else again();
      },
    );
  };
  const leftMs = (extra.caller?.expiresAtMs ?? 0) - Date.now();
  extra.recheck = setTimeout(check, Math.max(0, Math.min(leftMs, RECHECK_MS))).unref();
}
