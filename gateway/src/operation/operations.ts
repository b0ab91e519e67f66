import { createHash } from 'node:crypto';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { parse, print, validate } from 'graphql';
import { RecentMap } from '../base/cache.js';
import type { GatewayConfig } from '../config.js';
import { refusal } from '../base/errors.js';
import type { Caller } from '../caller/identity.js';
import type { Measure, Variables } from './limits.js';
import { guardCost, guardDocument, guardText, TOKENS_MAX } from './limits.js';

const DOCUMENTS_MAX = 2_000;
const PERSISTED_MAX = 2_000;
const SHA256_PATTERN = /^[0-9a-f]{64}$/;

/** What a client sends, over HTTP or a socket. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** An operation that passed every guard. */
export interface Operation {
  readonly query: string;
  /** True when the client named the document by its hash. */
  readonly persisted: boolean;
  readonly document: DocumentNode;
  /** Why the document is not valid for the schema; empty when it is. */
  readonly faults: readonly GraphQLError[];
  /** The document printed anew: equal for texts that differ in white space and comments only. */
  readonly normalised: () => string;
  /** Undefined only where the document has faults. */
  readonly measure: Measure | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables;
}

interface Prepared {
  readonly document: DocumentNode;
  readonly faults: readonly GraphQLError[];
  readonly measures: Map<string, Measure | undefined>;
  normalised?: string;
}

export interface Operations {
  /** The operation, guarded; null when the text is no document (execution reports the fault). Throws refusals. */
  admit(request: OperationRequest, caller: Caller): Operation | null;
  /** The parsed and validated document of a text that was admitted. */
  validated(queryHash: string): DocumentNode | undefined;
}

type OperationRules = Pick<GatewayConfig, 'introspection' | 'allowedOperations'>;

/** Parses and validates each text once; guards each request. */
export function createOperations(schema: GraphQLSchema, rules: OperationRules): Operations {
  const documents = new RecentMap<string, Prepared>(DOCUMENTS_MAX);
  const byHash = new RecentMap<string, DocumentNode>(DOCUMENTS_MAX);
  const persisted = new RecentMap<string, string>(PERSISTED_MAX);

  const prepare = (query: string): Prepared | null => {
    const known = documents.get(query);
    if (known !== undefined) return known;
    guardText(query);
    const document = parsed(query);
    if (document === null) return null;
    // The bounds of every operation are checked before validation, whose cost grows faster than the text.
    const measures = new Map<string, Measure | undefined>([['', guardDocument(document, undefined)]]);
    for (const definition of document.definitions) {
      if (definition.kind !== 'OperationDefinition' || definition.name === undefined) continue;
      measures.set(definition.name.value, guardDocument(document, definition.name.value));
    }
    const faults = validate(schema, document);
    const prepared: Prepared = { document, faults, measures };
    documents.set(query, prepared);
    if (faults.length === 0) byHash.set(sha256(query), document);
    return prepared;
  };

  return {
    validated: (queryHash) => byHash.get(queryHash),
    admit: (request, caller) => {
      const query = textOf(request, persisted, rules, caller);
      if (query === undefined) return null;
      const prepared = prepare(query);
      if (prepared === null) return null;
      const operationName = typeof request.operationName === 'string' ? request.operationName : undefined;
      const variables = isRecord(request.variables) ? request.variables : {};
      const measure = prepared.measures.get(operationName ?? '');
      if (measure !== undefined) {
        refuseIntrospection(measure, caller, rules);
        guardCost(measure, variables);
      } else if (prepared.faults.length === 0) {
        throw refusal('BAD_REQUEST', unnamed(operationName));
      }
      return {
        query,
        persisted: persistedHashOf(request.extensions) !== undefined,
        document: prepared.document,
        faults: prepared.faults,
        normalised: () => (prepared.normalised ??= print(prepared.document)),
        measure,
        operationName,
        variables,
      };
    },
  };
}

function unnamed(operationName: string | undefined): string {
  return operationName === undefined
    ? 'The document has several operations: send the name of one as operationName'
    : 'The document has no operation of this name';
}

function refuseIntrospection(measure: Measure, caller: Caller, rules: OperationRules): void {
  if (!measure.introspects || rules.introspection === 'everyone' || caller.identity.kind === 'staff') return;
  throw refusal('INTROSPECTION_REFUSED', 'Only staff may read the schema through introspection');
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query, { maxTokens: TOKENS_MAX + 1 });
  } catch {
    return null;
  }
}

/** The document's text: sent, remembered by its hash, or listed as allowed. */
function textOf(
  request: OperationRequest,
  persisted: RecentMap<string, string>,
  rules: OperationRules,
  caller: Caller,
): string | undefined {
  const sent = typeof request.query === 'string' && request.query !== '' ? request.query : undefined;
  const hash = persistedHashOf(request.extensions);
  const listed = rules.allowedOperations;
  if (listed !== undefined && caller.identity.kind !== 'staff') {
    const text = listed.get(hash ?? sha256(sent ?? ''));
    if (text !== undefined) return text;
    throw refusal('OPERATION_NOT_ALLOWED', 'The operation is not on the list of allowed operations');
  }
  if (hash === undefined) return sent;
  if (sent === undefined) {
    const text = persisted.get(hash);
    if (text !== undefined) return text;
    throw refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }
  if (sha256(sent) !== hash) throw refusal('BAD_REQUEST', 'provided sha does not match query');
  guardText(sent);
  persisted.set(hash, sent);
  return sent;
}

function persistedHashOf(extensions: unknown): string | undefined {
  const entry = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  const hash = isRecord(entry) ? entry['sha256Hash'] : undefined;
  if (hash === undefined) return undefined;
  if (typeof hash === 'string' && SHA256_PATTERN.test(hash)) return hash;
  throw refusal('BAD_REQUEST', 'extensions.persistedQuery.sha256Hash is not a sha256');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
