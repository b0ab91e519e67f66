import type { IncomingMessage } from 'node:http';
import { rejection } from '../base/errors.js';

/** The body, or BODY_TOO_LARGE as soon as it is known to be more than `bytesMax`. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = () => rejection('BODY_TOO_LARGE', `A body may have ${String(bytesMax)} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge();
  const endedEarly = () => rejection('BAD_REQUEST', 'The request ended early');
  // Its client may have gone while the caller was being looked up: then no event would come any more.
  if (request.destroyed) throw endedEarly();
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(endedEarly());
    });
  });
}
