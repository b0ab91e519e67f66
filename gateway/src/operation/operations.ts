import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { parse, print, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { rejection } from '../base/errors.js';
import type { GatewayConfig } from '../config.js';
import type { Caller } from '../caller/identity.js';
import type { OperationCost } from './cost.js';
import { compileCost } from './cost.js';
import type { CostModel } from './cost-model.js';
import { rejectConditionalRoots } from './conditional-root.js';
import type { Measure, Variables } from './limits.js';
import { fragmentsOf, guardCost, guardDocument, guardText, TOKENS_MAX } from './limits.js';
import { onlyIntrospects } from './schema-views.js';
import type { OperationRequest } from './persisted.js';
import { isRecord, PersistedDocuments, persistedHashOf, sha256 } from './persisted.js';

const DOCUMENTS_MAX = 2_000;

/** An operation that passed every guard. */
export interface Operation {
  readonly query: string;
  /** True when the client named the document by its hash. */
  readonly persisted: boolean;
  readonly document: DocumentNode;
  /** Why the document is not valid for the schema; empty when it is. */
  readonly errors: readonly GraphQLError[];
  /** The document printed anew: equal for texts that differ in white space and comments only. */
  readonly normalised: () => string;
  /** Undefined only where the document has errors. */
  readonly measure: Measure | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  /** What its caller pays for it; 0 where it will not run. */
  readonly cost: number;
}

interface Prepared {
  readonly document: DocumentNode;
  readonly errors: readonly GraphQLError[];
  readonly measures: Map<string, Measure | undefined>;
  normalised?: string;
}

type OperationRules = Pick<GatewayConfig, 'introspection' | 'allowedOperations'>;

export interface OperationsParts {
  readonly schema: GraphQLSchema;
  readonly costs: CostModel;
  readonly rules: OperationRules;
}

/** Parses and validates each text once; guards each request. */
export class Operations {
  readonly #documents = new LRUCache<string, Prepared>({ max: DOCUMENTS_MAX });
  readonly #byHash = new LRUCache<string, DocumentNode>({ max: DOCUMENTS_MAX });
  readonly #persisted: PersistedDocuments;
  readonly #schema: GraphQLSchema;
  readonly #model: CostModel;
  readonly #costs = new WeakMap<Measure, OperationCost>();
  readonly #rules: OperationRules;

  constructor({ schema, costs, rules }: OperationsParts) {
    this.#schema = schema;
    this.#model = costs;
    this.#rules = rules;
    this.#persisted = new PersistedDocuments(rules);
  }

  /** The parsed and validated document of a text that was admitted. */
  validated(queryHash: string): DocumentNode | undefined {
    return this.#byHash.get(queryHash);
  }

  /** The operation, guarded; null when the text is no document (execution reports why). Throws rejections. */
  admit(request: OperationRequest, caller: Caller): Operation | null {
    const query = this.#persisted.textOf(request, caller);
    const prepared = query === undefined ? null : this.#prepare(query);
    if (query === undefined || prepared === null) return null;
    const operationName = typeof request.operationName === 'string' ? request.operationName : undefined;
    const variables = isRecord(request.variables) ? request.variables : {};
    const { document, errors, measures } = prepared;
    const measure = measures.get(operationName ?? '');
    if (measure !== undefined) checkIntrospection(measure, caller, this.#rules);
    else if (errors.length === 0) throw rejection('BAD_REQUEST', unnamed(operationName));
    const runs = measure !== undefined && errors.length === 0;
    const cost = runs ? this.#costOf(measure, document)(variables) : 0;
    guardCost(cost);
    return {
      query,
      persisted: persistedHashOf(request.extensions) !== undefined,
      document,
      errors,
      normalised: () => (prepared.normalised ??= print(document)),
      measure,
      operationName,
      variables,
      cost,
    };
  }

  #costOf(measure: Measure, document: DocumentNode): OperationCost {
    const known = this.#costs.get(measure);
    if (known !== undefined) return known;
    const source = { schema: this.#schema, model: this.#model, fragments: fragmentsOf(document) };
    const cost = compileCost(measure.operation, source);
    this.#costs.set(measure, cost);
    return cost;
  }

  #prepare(query: string): Prepared | null {
    const known = this.#documents.get(query);
    if (known !== undefined) return known;
    guardText(query);
    const document = parsed(query);
    if (document === null) return null;
    // The bounds of every operation are checked before validation, whose cost grows faster than the text.
    const measures = measuresOf(document);
    rejectConditionalRoots(document);
    const errors = validate(this.#schema, document);
    const prepared: Prepared = { document, errors, measures };
    this.#documents.set(query, prepared);
    if (errors.length === 0) this.#byHash.set(sha256(query), document);
    return prepared;
  }
}

/** The measures of all operations by name; under the empty name that of a document's only one. */
function measuresOf(document: DocumentNode): Map<string, Measure | undefined> {
  const measures = new Map<string, Measure | undefined>([['', guardDocument(document, undefined)]]);
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition' || definition.name === undefined) continue;
    measures.set(definition.name.value, guardDocument(document, definition.name.value));
  }
  return measures;
}

function unnamed(operationName: string | undefined): string {
  return operationName === undefined
    ? 'The document has several operations: send the name of one as operationName'
    : 'The document has no operation of this name';
}

function checkIntrospection(measure: Measure, caller: Caller, rules: OperationRules): void {
  if (!measure.introspects || rules.introspection === 'everyone' || caller.identity.kind === 'staff') return;
  if (rules.introspection === 'staff') {
    throw rejection('INTROSPECTION_REFUSED', 'Only staff may read the schema through introspection');
  }
  if (onlyIntrospects(measure)) return;
  throw rejection('INTROSPECTION_REFUSED', 'Ask about the schema in an operation of its own');
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query, { maxTokens: TOKENS_MAX + 1 });
  } catch {
    return null;
  }
}
