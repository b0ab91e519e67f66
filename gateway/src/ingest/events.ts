import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejection } from '../base/errors.js';
import { jsonOf } from '../base/json.js';
import { BODY_MAX_BYTES } from '../operation/limits.js';
import { wholeOf } from './body.js';
import { eventOf, withAttributes, type Converted } from './cloud-events.js';
import type { BlockAnswer } from './report.js';
import { store, type Taking, type UsageParts } from './usage.js';

/** Events of one request that is no stream. */
const EVENTS_MAX = 1_000;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Takes CloudEvents in: one in structured or binary mode, or a batch. One that is rejected answers 422, so that it is kept by who sent it. */
export async function serveEvents(
  parts: UsageParts,
  taking: Taking,
  { request, response }: Exchange,
): Promise<void> {
  const { events, isOne } = await eventsOf(request);
  if (events.length > EVENTS_MAX)
    throw rejection('BODY_TOO_LARGE', `A batch may have ${String(EVENTS_MAX)} events`);
  const answer = answered(events, await store(parts, taking, linesOf(events)));
  const { accepted, duplicate, kept, rejected, partly } = answer;
  const status = isOne && rejected.length > 0 ? 422 : 200;
  const body = JSON.stringify({
    accepted,
    duplicate,
    kept,
    rejected: rejected.length,
    rejections: rejected,
    partly,
  });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': taking.requestId,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

async function eventsOf(
  request: IncomingMessage,
): Promise<{ readonly events: readonly Converted[]; readonly isOne: boolean }> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const isBinary = request.headers['ce-specversion'] !== undefined;
  const known = ['application/cloudevents+json', 'application/cloudevents-batch+json'];
  if (isBinary ? type !== '' && !/[/+]json$/.test(type) : !known.includes(type))
    throw rejection(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send application/x-ndjson, text/csv, or CloudEvents with data of JSON',
    );
  const body = await wholeOf(request, BODY_MAX_BYTES);
  if (isBinary) {
    const data = body.length === 0 ? undefined : jsonOf(body);
    return { events: [eventOf(withAttributes(request.headers, data))], isOne: true };
  }
  const given = jsonOf(body);
  if (type === known[0]) return { events: [eventOf(given)], isOne: true };
  if (!Array.isArray(given)) throw rejection('BAD_REQUEST', 'A batch of CloudEvents is a list');
  return { events: given.map(eventOf), isOne: false };
}

/** What is no event is an empty line. */
function linesOf(events: readonly Converted[]): { readonly body: Buffer; readonly lines: number } {
  const lines = events.map((one) => ('event' in one ? JSON.stringify(one.event) : ''));
  return { body: Buffer.from(lines.join('\n')), lines: lines.length };
}

function answered(events: readonly Converted[], answer: BlockAnswer): BlockAnswer {
  const unread = events.flatMap((one, line) =>
    'message' in one ? [{ line, id: null, code: 'MALFORMED', message: one.message }] : [],
  );
  return { ...answer, rejected: [...answer.rejected, ...unread].sort((a, b) => a.line - b.line) };
}
