import type { IncomingMessage } from 'node:http';
import { rejection } from '../base/errors.js';
import type { HttpOperation } from '../federation/apollo-server.js';
import { BODY_MAX_BYTES } from '../operation/limits.js';
import type { Operation } from '../operation/operations.js';
import type { OperationRequest } from '../operation/persisted.js';
import { isRecord } from '../operation/persisted.js';
import { jsonOf } from '../base/json.js';
import { readBody } from './body.js';

/** The body or query string, checked in form only. */
export async function httpOperationOf(request: IncomingMessage): Promise<HttpOperation> {
  const url = request.url ?? '';
  const cut = url.indexOf('?');
  const base = {
    method: request.method ?? '',
    headers: () => textHeaders(request),
    accept: request.headers.accept ?? '',
    search: cut < 0 ? '' : url.slice(cut),
  };
  if (request.method === 'GET') return { ...base, search: namedSearch(base.search), body: undefined };
  if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'GraphQL takes GET and POST');
  if (!isJson(request.headers['content-type']) || request.headers['content-encoding'] !== undefined) {
    throw rejection('UNSUPPORTED_MEDIA_TYPE', 'Send application/json in UTF-8, not compressed');
  }
  const body = jsonOf(await readBody(request, BODY_MAX_BYTES));
  if (Array.isArray(body)) throw rejection('BATCHING_REFUSED', 'Send one operation per request');
  return {
    ...base,
    body: isRecord(body) && body['operationName'] === '' ? { ...body, operationName: null } : body,
  };
}

/** The query string without an operation name that is empty, see `Operations`. */
function namedSearch(search: string): string {
  const parameters = new URLSearchParams(search);
  if (parameters.get('operationName') !== '') return search;
  parameters.delete('operationName');
  return `?${parameters.toString()}`;
}

/** What the client asks for, wherever in the request it stands. */
export function operationRequestOf({ method, search, body }: HttpOperation): OperationRequest {
  if (method === 'POST') return isRecord(body) ? body : {};
  const parameters = new URLSearchParams(search);
  const json = (name: string) => jsonOf(parameters.get(name) ?? 'null');
  return {
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** The request with the document's text in it and its hash away: here it has done its work. */
export function withDocument(request: HttpOperation, operation: Operation | null): HttpOperation {
  if (operation === null || !operation.persisted) return request;
  if (request.method === 'POST') {
    return { ...request, body: { ...(request.body as object), query: operation.query, extensions: null } };
  }
  const parameters = new URLSearchParams(request.search);
  parameters.set('query', operation.query);
  parameters.delete('extensions');
  return { ...request, search: `?${parameters.toString()}` };
}

function isJson(contentType: string | undefined): boolean {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  return (
    type?.trim() === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))
  );
}

function textHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
