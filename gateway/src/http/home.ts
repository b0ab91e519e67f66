import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asset } from './static-files.js';
import { ours, PAGE_TYPE, StaticFiles, STYLE_TYPE } from './static-files.js';

interface Door {
  readonly path: string;
  readonly name: string;
  readonly says: string;
}

const DOORS: readonly Door[] = [
  {
    path: '/playground',
    name: 'Playground',
    says: 'Browse the schema, run operations, follow subscriptions.',
  },
  {
    path: '/graphql',
    name: 'GraphQL',
    says: 'Queries and mutations by POST or GET, subscriptions by WebSocket (graphql-transport-ws).',
  },
  { path: '/schema.graphql', name: 'Schema', says: 'The whole graph as text, for code generators.' },
  { path: '/ready', name: 'Readiness', says: 'Whether every part answers.' },
  { path: '/health', name: 'Health', says: 'Whether this process is alive.' },
];

/** `GET /`: what is served here, as a page for people and as JSON for programs. */
export function createHome(): (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<void> {
  const files = new StaticFiles();
  return async (request, response, path) => {
    const style = STYLES[path];
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    if (style !== undefined) return files.send({ request, response }, path, () => styleSheet(style));
    const make = wantsPage ? page : json;
    await files.send({ request, response }, make.name, make);
  };
}

/** Style sheets of pages, by path. */
const STYLES: Readonly<Record<string, string>> = { '/home.css': 'home.css', '/quote.css': 'quote.css' };

function styleSheet(file: string): Asset {
  return { type: STYLE_TYPE, text: `${ours('colours.css')}\n${ours(file)}` };
}

function json(): Asset {
  const links = Object.fromEntries(DOORS.map(({ path, name }) => [name.toLowerCase(), path]));
  return {
    type: 'application/json; charset=utf-8',
    text: `${JSON.stringify({ name: 'Tollgate', links })}\n`,
  };
}

function page(): Asset {
  const doors = DOORS.map(
    ({ path, name, says }) =>
      `<li><a href="${path}"><strong>${name}</strong><code>${path}</code><span>${says}</span></a></li>`,
  );
  return {
    type: PAGE_TYPE,
    text: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tollgate</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/home.css" />
  </head>
  <body>
    <main>
      <h1>
        <svg width="26" height="26" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true"><path d="M3.5 17V8M16.5 17V8M1.5 6.5 18 2.5M10 17v-6" /></svg>
        Tollgate
      </h1>
      <p>Subscriptions, usage, invoices and payments of many tenants, in one GraphQL API.</p>
      <ul>
        ${doors.join('\n        ')}
      </ul>
      <p class="soft">Every call shows who it is: <code>authorization: Bearer …</code> with an API key, a portal token or a staff token.</p>
    </main>
  </body>
</html>
`,
  };
}
