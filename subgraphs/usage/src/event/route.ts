import { isUtf8 } from 'node:buffer';
import { GraphQLError } from 'graphql';
import { clientError, isRetryable, messageOf } from '@tollgate/runtime/base/errors';
import { IDENTITY_HEADER, verifyIdentity } from '@tollgate/runtime/base/identity';
import type { Logger } from '@tollgate/runtime/base/log';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Database } from '@tollgate/runtime/database/db';
import { createContext, type RequestContext } from '@tollgate/runtime/graphql/context';
import type { RawRequest, RawResponse } from '@tollgate/runtime/graphql/endpoint';
import { malformed, readLine, type Line } from './domain/line.js';
import { reportBlock, type BlockAnswer, type Ingest } from './handlers.js';

export interface IngestRouteParts {
  readonly db: Database;
  readonly ingest: Ingest;
  readonly identitySecret: string;
  readonly logger: Logger;
}

const NEWLINE = 0x0a;
/** Codes of errors that are the caller's, or pass; any other is a bug. */
const STATUS: Readonly<Record<string, number>> = { FORBIDDEN: 403, UNAVAILABLE: 503, BAD_USER_INPUT: 400 };

/**
 * Events as the gateway's door passes them on: one JSON text a line, empty lines counted and left out. They are judged and
 * stored as `reportUsage` does it. For the gateway alone: whom it is for stands in the signed identity.
 */
export function ingestRoute(parts: IngestRouteParts): (request: RawRequest) => Promise<RawResponse> {
  return async (request) => {
    try {
      const context = contextOf(parts, request);
      const keepsUnknown = request.headers['x-unknown-types'] === 'keep';
      const lines = linesOf(request.body);
      return json(200, await reportBlock(parts.ingest, { db: parts.db, context }, { lines, keepsUnknown }));
    } catch (error) {
      return failure(parts.logger, error);
    }
  };
}

/** What is the caller's mistake, or passes, says so; any other error is a bug, which is logged and not explained. */
function failure(logger: Logger, error: unknown): RawResponse {
  const said = error instanceof GraphQLError ? String(error.extensions['code']) : '';
  const code = isRetryable(error) ? 'UNAVAILABLE' : said;
  const status = STATUS[code];
  if (status !== undefined)
    return json(status, { code, message: said === '' ? TRY_AGAIN : messageIn(error) });
  logger.error({ error: messageOf(error) }, 'events not taken in');
  return json(500, { code: 'INTERNAL', message: 'Internal error.' });
}

const TRY_AGAIN = 'The events could not be stored now. Send the same again.';

function messageIn(error: unknown): string {
  return error instanceof Error ? error.message : TRY_AGAIN;
}

function contextOf({ identitySecret, logger }: IngestRouteParts, { headers }: RawRequest): RequestContext {
  const identity = verifyIdentity(headers[IDENTITY_HEADER] ?? '', identitySecret);
  if (identity === null) throw clientError('FORBIDDEN', 'Only the gateway may call this.');
  return createContext({ identity, correlation: headers['x-request-id'] ?? newId('evt'), log: logger });
}

/** A line each; null where it is empty. */
function linesOf(body: Buffer): (Line | null)[] {
  if (isUtf8(body)) return body.toString().split('\n').map(lineOf);
  const lines: (Line | null)[] = [];
  for (let from = 0; from <= body.length;) {
    const end = body.indexOf(NEWLINE, from);
    const to = end < 0 ? body.length : end;
    const line = body.subarray(from, to);
    // Text that cannot be read would be stored as something else.
    lines.push(isUtf8(line) ? lineOf(line.toString()) : malformed('The line is not UTF-8.'));
    from = to + 1;
  }
  return lines;
}

function lineOf(text: string): Line | null {
  return text.trim() === '' ? null : readLine(text);
}

function json(
  status: number,
  body: BlockAnswer | { readonly code: string; readonly message: string },
): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
