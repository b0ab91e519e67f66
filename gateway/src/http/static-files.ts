import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { rejection } from '../base/errors.js';

/** A file that is made here. */
export interface Asset {
  readonly type: string;
  readonly text: string;
}

interface Packed {
  readonly type: string;
  readonly tag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

const BROTLI_QUALITY = 5;
export const PAGE_TYPE = 'text/html; charset=utf-8';
export const SCRIPT_TYPE = 'text/javascript; charset=utf-8';
export const STYLE_TYPE = 'text/css; charset=utf-8';

/**
 * No script but ours and none inline; the editor's workers are blobs and its styles are inline, so those two are
 * let through. Nothing from and nothing to another origin.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  'worker-src blob:',
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Files that are compressed once, at the first visit, and kept. */
export class StaticFiles {
  readonly #packed = new Map<string, Promise<Packed>>();

  /** Answers with the file of that name; it is made when it is asked for first. Throws METHOD_NOT_ALLOWED. */
  async send(
    { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
    name: string,
    make: () => Asset,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw rejection('METHOD_NOT_ALLOWED', 'Pages take GET');
    }
    const file = this.#packed.get(name) ?? pack(make());
    this.#packed.set(name, file);
    sendPacked(request, response, await file);
  }
}

/** A file of ours; they lie beside `src` and `dist` alike. */
export function ours(file: string): string {
  return readFileSync(new URL(`../../assets/${file}`, import.meta.url), 'utf8');
}

function sendPacked(request: IncomingMessage, response: ServerResponse, file: Packed): void {
  const headers = {
    'content-type': file.type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // The tag answers the next visit; a new version shows at once.
    'cache-control': 'no-cache',
    vary: 'accept-encoding, authorization, origin',
    etag: file.tag,
  };
  if (request.headers['if-none-match'] === file.tag) {
    response.writeHead(304, headers).end();
    return;
  }
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : undefined;
  const body = encoding === 'br' ? file.brotli : encoding === 'gzip' ? file.gzip : file.plain;
  const coded = encoding === undefined ? {} : { 'content-encoding': encoding };
  response.writeHead(200, { ...headers, ...coded, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function pack({ type, text }: Asset): Promise<Packed> {
  const plain = Buffer.from(text);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } };
  const [zipped, brotli] = await Promise.all([
    promisify(gzip)(plain),
    promisify(brotliCompress)(plain, quality),
  ]);
  const tag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { type, tag, plain, gzip: zipped, brotli };
}
