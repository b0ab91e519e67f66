import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeOf, publicFailure, rejection } from '../base/errors.js';
import type { TrustedProxies } from '../base/address.js';
import type { ConcurrencyLimit } from '../caller/concurrency-limit.js';
import { credentialsOf } from '../caller/credentials.js';
import type { Authenticator } from '../caller/identity.js';
import type { Block, Format } from './block.js';
import { piecesOf } from './body.js';
import { Csv } from './csv.js';
import { serveEvents } from './events.js';
import { Ndjson } from './ndjson.js';
import { Report, type Ending } from './report.js';
import { store, type Taking, type UsageParts } from './usage.js';

export interface IngestDoorParts extends UsageParts {
  readonly authenticator: Authenticator;
  readonly concurrency: ConcurrencyLimit;
  readonly streams: ConcurrencyLimit;
  readonly trustedProxies: TrustedProxies;
  readonly state: { readonly draining: boolean };
}

/** Streams by their media type. */
const FORMATS: Readonly<Record<string, () => Format>> = {
  'application/x-ndjson': () => new Ndjson(),
  'application/ndjson': () => new Ndjson(),
  'application/jsonl': () => new Ndjson(),
  'text/csv': () => new Csv(),
};

/** Ways a stream ends before its end. */
const CUT: Ending = {
  code: 'CUT',
  message: 'The stream was cut. The lines that came whole are counted; send the rest, or all of it again.',
};
const DRAINING: Ending = {
  code: 'DRAINING',
  message: 'This gateway goes down. Send the rest, or all of it again.',
};

/**
 * `POST /ingest`: usage as a stream of NDJSON or CSV, or as CloudEvents. Events are judged as `reportUsage` does it, the first
 * of an id wins, so a stream that broke is simply sent again. A stream is read as fast as it is stored.
 */
export class IngestDoor {
  readonly #parts: IngestDoorParts;

  constructor(parts: IngestDoorParts) {
    this.#parts = parts;
  }

  /** Takes one request in. Throws what is wrong with it before anything was stored. */
  async serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Events take POST');
    const { authenticator, concurrency, streams, trustedProxies } = this.#parts;
    const caller = await authenticator.authenticate(credentialsOf(request, trustedProxies));
    const taking = { caller, requestId, keepsUnknown: keepsUnknown(request) };
    const format = FORMATS[mediaTypeOf(request)];
    const leave = (format === undefined ? concurrency : streams).enter(caller.key);
    try {
      await this.#parts.budget.enter(caller.key);
      if (format === undefined) await serveEvents(this.#parts, taking, { request, response });
      else await this.#stream(taking, { request, response, format: format() });
    } finally {
      leave();
    }
  }

  async #stream(
    taking: Taking,
    {
      request,
      response,
      format,
    }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly format: Format },
  ): Promise<void> {
    const report = new Report(response, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': taking.requestId,
    });
    try {
      report.end(await this.#take(request, format, (block) => this.#store(taking, block, report)));
    } catch (error) {
      if (!report.hasBegun) throw error;
      const { message } = publicFailure(error, taking.requestId);
      report.end({ code: codeOf(error) ?? 'INTERNAL', message });
    }
    // What was not read any more is thrown away, so that the client sees the answer.
    request.resume();
  }

  /** Why the stream ended; null where it did so whole. */
  async #take(
    request: IncomingMessage,
    format: Format,
    storeBlock: (block: Block) => Promise<void>,
  ): Promise<Ending | null> {
    for await (const piece of piecesOf(request)) {
      const blocks =
        piece.kind === 'bytes'
          ? format.push(piece.chunk)
          : piece.kind === 'end'
            ? format.end()
            : format.cut();
      for (const block of blocks) await storeBlock(block);
      if (piece.kind === 'cut') return CUT;
      if (this.#parts.state.draining && piece.kind === 'bytes') {
        for (const block of format.cut()) await storeBlock(block);
        return DRAINING;
      }
    }
    return null;
  }

  async #store(taking: Taking, block: Block, report: Report): Promise<void> {
    report.add(block, await store(this.#parts, taking, block));
  }
}

/** `?unknownTypes=keep` keeps events whose type no meter listens to yet; they are rejected else. */
function keepsUnknown(request: IncomingMessage): boolean {
  const asked = new URLSearchParams((request.url ?? '').split('?')[1]).get('unknownTypes') ?? 'reject';
  if (asked !== 'keep' && asked !== 'reject')
    throw rejection('BAD_REQUEST', 'unknownTypes is "keep" or "reject"');
  return asked === 'keep';
}

function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
