import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { constants, brotliCompress, gzip } from 'node:zlib';
import { rejection } from '../base/errors.js';

/** What the bundle of `@graphql-yoga/render-graphiql` holds: GraphiQL whole, no CDN. */
interface GraphiqlBundle {
  readonly js: string;
  readonly css: string;
  readonly favicon: string;
  readonly editorWorkerService: string;
  readonly jsonWorker: string;
  readonly graphqlWorker: string;
}

interface Asset {
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
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';
const STYLE_TYPE = 'text/css; charset=utf-8';

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

/** The staff's GraphiQL. Files are built at the first visit, compressed once and kept. */
export function createPlayground(
  devSignIn: boolean,
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> {
  let assets: ReadonlyMap<string, Asset> | undefined;
  const packed = new Map<string, Promise<Packed>>();
  return async (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw rejection('METHOD_NOT_ALLOWED', 'The playground takes GET');
    }
    assets ??= assetsOf(devSignIn);
    const asset = assets.get(path);
    if (asset === undefined) throw rejection('NOT_FOUND', 'There is no such page');
    const file = packed.get(path) ?? pack(asset);
    packed.set(path, file);
    send(request, response, await file);
  };
}

function send(request: IncomingMessage, response: ServerResponse, file: Packed): void {
  const headers = {
    'content-type': file.type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // The tag answers the next visit; a new version shows at once.
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
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

function assetsOf(devSignIn: boolean): ReadonlyMap<string, Asset> {
  const bundle = loadBundle();
  return new Map<string, Asset>([
    ['/playground', { type: 'text/html; charset=utf-8', text: pageOf(bundle.favicon, devSignIn) }],
    ['/playground/graphiql.css', { type: STYLE_TYPE, text: bundle.css }],
    ['/playground/bar.css', { type: STYLE_TYPE, text: ours('playground.css') }],
    ['/playground/graphiql.js', { type: SCRIPT_TYPE, text: `${workersOf(bundle)}\n${bundle.js}` }],
    ['/playground/bar.js', { type: SCRIPT_TYPE, text: ours('playground.js') }],
  ]);
}

/** Files of ours lie beside `src` and `dist` alike. */
function ours(file: string): string {
  return readFileSync(new URL(`../../assets/${file}`, import.meta.url), 'utf8');
}

/** The package exports a page only; its parts lie beside its entry. */
function loadBundle(): GraphiqlBundle {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@graphql-yoga/render-graphiql');
  return createRequire(entry)('./graphiql.js') as GraphiqlBundle;
}

function workersOf(bundle: GraphiqlBundle): string {
  const workers = {
    editorWorkerService: bundle.editorWorkerService,
    json: bundle.jsonWorker,
    graphql: bundle.graphqlWorker,
  };
  return `const tollgateWorkers = Object.fromEntries(Object.entries(${JSON.stringify(workers)}).map(([label, text]) =>
    [label, URL.createObjectURL(new Blob([text], { type: 'application/javascript' }))]));
  self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => tollgateWorkers[label] };`;
}

const EMAIL_FORM = `<form id="tg-email-form">
        <input id="tg-email" type="email" required placeholder="you@example.com" aria-label="E-mail" autocomplete="email" />
        <button type="submit">Sign in</button>
      </form>`;

function pageOf(favicon: string, devSignIn: boolean): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tollgate playground</title>
    <link rel="icon" href="${favicon}" />
    <link rel="stylesheet" href="/playground/graphiql.css" />
    <link rel="stylesheet" href="/playground/bar.css" />
  </head>
  <body class="no-focus-outline" data-signed-in="false">
    <header id="tg-bar">
      <div id="tg-brand">
        <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" aria-hidden="true"><path d="M3.5 17V8M16.5 17V8M1.5 6.5 18 2.5M10 17v-6" /></svg>
        Tollgate <small>playground</small>
      </div>
      <span id="tg-error" role="alert"></span>
      <div id="tg-out">
        ${devSignIn ? EMAIL_FORM : ''}
        <form id="tg-token-form">
          <input id="tg-token" type="password" required placeholder="or paste a token" aria-label="Token" autocomplete="off" />
          <button type="submit" class="quiet">Use token</button>
        </form>
      </div>
      <div id="tg-in" hidden>
        <select id="tg-tenant" aria-label="Tenant"></select>
        <input id="tg-reason" maxlength="400" placeholder="Reason (needed for changes)" aria-label="Reason" />
        <div id="tg-person"><span id="tg-who"></span><span id="tg-roles"></span></div>
        <button id="tg-sign-out" type="button" class="quiet">Sign out</button>
      </div>
    </header>
    <section id="tg-welcome">
      <h1>The billing graph, for support staff</h1>
      <p>Sign in above to browse the schema, run queries and follow subscriptions live.</p>
      <p>You choose the tenant you look into. Changes to its data need a reason, and both are kept in the audit trail.</p>
    </section>
    <main id="root"></main>
    <script src="/playground/graphiql.js"></script>
    <script src="/playground/bar.js"></script>
  </body>
</html>
`;
}
