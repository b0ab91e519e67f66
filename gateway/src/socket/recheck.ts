import { codeOf } from '../base/errors.js';
import type { Credentials } from '../caller/credentials.js';
import type { Authenticator } from '../caller/identity.js';
import type { Extra } from './operation.js';

/** A caller is looked at again so often while its socket is open: a revoked key ends its subscriptions. */
const RECHECK_MS = 2_000;
/** Timers may come a little early, when the credential does not yet look ended. */
const EARLY_MS = 5;
const CLOSE_FORBIDDEN = 4403;

/**
 * Every few seconds the credential is checked again, for as long as the socket is open; a rejection closes it. So does
 * the credential's own end, whoever can or cannot be asked then.
 */
export function watchCaller(
  authenticator: Pick<Authenticator, 'authenticate'>,
  extra: Extra,
  credentials: Credentials,
): void {
  if (extra.isClosed) return;
  const again = (): void => watchCaller(authenticator, extra, credentials);
  const refuse = (): void => extra.socket.close(CLOSE_FORBIDDEN, 'The credential is no longer valid');
  const check = (): void => {
    if ((extra.caller?.expiresAtMs ?? 0) <= Date.now()) {
      refuse();
      return;
    }
    authenticator.authenticate(credentials).then(
      (caller) => {
        extra.caller = caller;
        again();
      },
      (error: unknown) => {
        // Only a clear no ends the socket; a subgraph that restarts does not.
        if (codeOf(error) === 'UNAUTHENTICATED' || codeOf(error) === 'FORBIDDEN') refuse();
        else again();
      },
    );
  };
  const leftMs = (extra.caller?.expiresAtMs ?? 0) - Date.now() + EARLY_MS;
  extra.recheck = setTimeout(check, Math.max(0, Math.min(leftMs, RECHECK_MS))).unref();
}
