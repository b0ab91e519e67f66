import { GraphQLError } from 'graphql';

/** Transient: a time-out, a conflict, a broker that is down. Worth trying again, within a bound. */
export class Retryable extends Error {
  override readonly name = 'Retryable';
}

/** Two writers met at one version of a stream; the later one starts over. */
export class VersionConflict extends Retryable {}

/** A statement was prepared before a table changed. Nothing was done; the next try prepares it anew. */
export class OutdatedStatement extends Retryable {}

/** Codes a client may see in `extensions.code`. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'LIMIT_EXCEEDED'
  | 'UNAVAILABLE'
  | 'INTERRUPTED'
  | 'INTERNAL';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 404,
  LIMIT_EXCEEDED: 429,
  UNAVAILABLE: 503,
  INTERRUPTED: 503,
  INTERNAL: 500,
};

/** An error whose message is meant for the client. Everything else is masked. */
export function clientError(
  code: ErrorCode,
  message: string,
  details?: Record<string, unknown>,
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: STATUS[code] }, ...details } });
}

const POSTGRES_RETRYABLE = new Set(['40001', '40P01', '55P03', '57014', '53300']);
const CONNECTION_LOST =
  /ECONNREFUSED|ECONNRESET|EPIPE|Connection terminated|Connection ended|not queryable|Query read timeout|timeout exceeded when trying to connect|the database system is/i;

/** True for what may go well the next time; the caller bounds how often it tries. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof Retryable) return true;
  return POSTGRES_RETRYABLE.has(codeOf(error)) || isConnectionLoss(error);
}

/** True for a statement that took longer than it may: the same at once takes as long again. */
export function isTimeout(error: unknown): boolean {
  return codeOf(error) === '57014' || /statement timeout/.test(error instanceof Error ? error.message : '');
}

/** True where Postgres could not be reached at all, so that nothing can be said about the work itself. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code.startsWith('08') || code === '57P01' || code === '57P02' || code === '57P03') return true;
  return CONNECTION_LOST.test(`${code} ${error instanceof Error ? error.message : String(error)}`);
}

/** The SQLSTATE or system code of an error, or ''. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}

/** One line for a log; never shown to a client. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
