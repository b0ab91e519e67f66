import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { pipeline, type Readable } from 'node:stream';
import { rejection } from '../base/errors.js';

/** A stream of which nothing comes for so long counts as cut. */
export const STALL_MS = 60_000;

/** What came of a body: bytes, its end, or that it was cut. */
export type Piece =
  { readonly kind: 'bytes'; readonly chunk: Buffer } | { readonly kind: 'end' } | { readonly kind: 'cut' };

/**
 * The body piece by piece, as fast as it is taken. A client that goes away, a truncated gzip and one that sends nothing for a
 * minute are cuts: what came before them is there. Leaves the request open, so that it can be answered.
 */
export async function* piecesOf(request: IncomingMessage): AsyncGenerator<Piece, void, undefined> {
  const source = decoded(request);
  const timer = setTimeout(() => source.destroy(new Error('stalled')), STALL_MS);
  try {
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      timer.refresh();
      yield { kind: 'bytes', chunk: chunk as Buffer };
      timer.refresh();
    }
    yield request.complete ? { kind: 'end' } : { kind: 'cut' };
  } catch {
    yield { kind: 'cut' };
  } finally {
    clearTimeout(timer);
  }
}

function decoded(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip') throw rejection('UNSUPPORTED_MEDIA_TYPE', 'A body is sent as it is, or as gzip');
  // Whoever reads hears what went wrong; the callback only keeps it from being thrown.
  return pipeline(request, createGunzip(), () => undefined);
}

/** The whole of a small body; throws BODY_TOO_LARGE beyond the bound, which also holds for what a gzip comes to. */
export async function wholeOf(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const piece of piecesOf(request)) {
    if (piece.kind === 'cut') throw rejection('BAD_REQUEST', 'The request ended early');
    if (piece.kind === 'end') break;
    bytes += piece.chunk.length;
    if (bytes > bytesMax) throw rejection('BODY_TOO_LARGE', `A body may have ${String(bytesMax)} bytes`);
    chunks.push(piece.chunk);
  }
  return Buffer.concat(chunks);
}
