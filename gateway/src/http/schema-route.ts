import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejection } from '../base/errors.js';
import { credentialsOf } from '../caller/credentials.js';
import type { GatewayConfig } from '../config.js';
import type { GraphqlParts } from './graphql-http.js';
import { StaticFiles } from './static-files.js';

const TEXT_TYPE = 'text/plain; charset=utf-8';

/** `GET /schema.graphql`: the whole graph, or with a credential what its owner may call; as `INTROSPECTION` has it. */
export function schemaRoute(
  parts: GraphqlParts & { readonly config: GatewayConfig },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const files = new StaticFiles();
  return async (request, response) => {
    const isPublic = parts.config.introspection !== 'staff';
    const asksAsCaller = request.headers.authorization !== undefined || !isPublic;
    const caller = asksAsCaller
      ? await parts.authenticator.authenticate(credentialsOf(request, parts.trustedProxies))
      : undefined;
    const kind = caller?.identity.kind ?? 'system';
    if (!isPublic && kind !== 'staff') {
      throw rejection('INTROSPECTION_REFUSED', 'Only staff may read the schema');
    }
    const shown = parts.config.introspection === 'everyone' ? 'system' : kind;
    const make = () => ({ type: TEXT_TYPE, text: parts.views.textFor(shown) });
    for (const [name, value] of Object.entries(parts.cors.answer(request))) response.setHeader(name, value);
    await files.send({ request, response }, shown, make);
  };
}
