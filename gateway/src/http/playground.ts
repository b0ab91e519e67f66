import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { rejection } from '../base/errors.js';
import type { StaffConfig } from '../config.js';
import type { Asset } from './static-files.js';
import { ours, PAGE_TYPE, SCRIPT_TYPE, StaticFiles, STYLE_TYPE } from './static-files.js';

/** What the bundle of `@graphql-yoga/render-graphiql` holds: GraphiQL whole, no CDN. */
interface GraphiqlBundle {
  readonly js: string;
  readonly css: string;
  readonly favicon: string;
  readonly editorWorkerService: string;
  readonly jsonWorker: string;
  readonly graphqlWorker: string;
}

type Page = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

/** GraphiQL for staff, and for a tenant's or customer's own credential. Its files are built at the first visit. */
export function createPlayground(staff: StaffConfig): Page {
  const files = new StaticFiles();
  let assets: ReadonlyMap<string, Asset> | undefined;
  return async (request, response, path) => {
    assets ??= assetsOf(staff);
    const asset = assets.get(path);
    if (asset === undefined) throw rejection('NOT_FOUND', 'There is no such page');
    await files.send({ request, response }, path, () => asset);
  };
}

function assetsOf(staff: StaffConfig): ReadonlyMap<string, Asset> {
  const bundle = loadBundle();
  return new Map<string, Asset>([
    ['/playground', { type: PAGE_TYPE, text: pageOf(bundle.favicon, staff) }],
    ['/playground/graphiql.css', { type: STYLE_TYPE, text: bundle.css }],
    ['/playground/bar.css', { type: STYLE_TYPE, text: `${ours('colours.css')}\n${ours('playground.css')}` }],
    ['/playground/graphiql.js', { type: SCRIPT_TYPE, text: `${workersOf(bundle)}\n${bundle.js}` }],
    ['/playground/sign-in.js', { type: SCRIPT_TYPE, text: ours('sign-in.js') }],
    ['/playground/bar.js', { type: SCRIPT_TYPE, text: ours('playground.js') }],
  ]);
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

/** How staff sign in here: with any e-mail address, at the issuer, or not at all. */
function staffForm(staff: StaffConfig): string {
  switch (staff.kind) {
    case 'dev':
      return `<form id="tg-email-form">
        <input id="tg-email" type="email" required placeholder="you@example.com" aria-label="E-mail" autocomplete="email" />
        <button type="submit">Sign in</button>
      </form>`;
    case 'oidc':
      return staff.clientId === undefined
        ? ''
        : '<button id="tg-oidc" type="button">Sign in with your account</button>';
    case 'none':
      return '';
  }
}

function pageOf(favicon: string, staff: StaffConfig): string {
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
      <a id="tg-brand" href="/">
        <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" aria-hidden="true"><path d="M3.5 17V8M16.5 17V8M1.5 6.5 18 2.5M10 17v-6" /></svg>
        Tollgate <small>playground</small>
      </a>
      <span id="tg-error" role="alert"></span>
      <div id="tg-out">
        ${staffForm(staff)}
        <form id="tg-token-form">
          <input id="tg-token" type="password" required placeholder="API key or token" aria-label="API key or token" autocomplete="off" />
          <button type="submit" class="quiet">Use token</button>
        </form>
      </div>
      <div id="tg-in" hidden>
        <div id="tg-staff">
          <input id="tg-search" type="search" placeholder="Find a tenant" aria-label="Find a tenant by name or id" hidden />
          <select id="tg-tenant" aria-label="Tenant"></select>
          <input id="tg-reason" maxlength="400" placeholder="Reason (needed for changes)" aria-label="Reason" />
        </div>
        <div id="tg-person"><span id="tg-who"></span><span id="tg-roles"></span></div>
        <button id="tg-sign-out" type="button" class="quiet">Sign out</button>
      </div>
    </header>
    <section id="tg-welcome">
      <h1>The billing graph, live</h1>
      <p>Sign in above to browse the schema, run queries and follow subscriptions. It lasts as long as its tabs.</p>
      <p><b>Staff</b> choose the tenant they look into. Changes to its data need a reason, and both are kept in the audit trail.</p>
      <p><b>Tenants</b> paste an API key, or a portal token to see what one of their customers sees.</p>
    </section>
    <main id="root"></main>
    <script src="/playground/graphiql.js"></script>
    <script src="/playground/sign-in.js"></script>
    <script src="/playground/bar.js"></script>
  </body>
</html>
`;
}
