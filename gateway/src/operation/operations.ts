import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { parse, print, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { rejection } from '../base/errors.js';
import type { GatewayConfig } from '../config.js';
import type { Caller } from '../caller/identity.js';
import type { PlanningQueue } from '../planning/queue.js';
import { renameAliases } from './aliases.js';
import type { AnsweredCost } from './answered-cost.js';
import { compileAnsweredCost } from './answered-cost.js';
import type { CostSource, OperationCost } from './cost.js';
import { keepNumbers } from './exact-numbers.js';
import { compileCost } from './cost.js';
import type { CostModel } from './cost-model.js';
import { rejectConditionalRoots } from './conditional-root.js';
import type { Measure, Variables } from './limits.js';
import { fragmentsOf, guardCost, guardDocument, guardText, TOKENS_MAX } from './limits.js';
import { onlyIntrospects } from './schema-views.js';
import type { OperationRequest } from './persisted.js';
import { isRecord, PersistedDocuments, persistedHashOf, sha256 } from './persisted.js';

/** What parsed documents may take, with their plans and everything else that is made of them. */
const DOCUMENTS_MAX_BYTES = 96 * 1024 * 1024;
/** The text, in the document and in what is sent to subgraphs. */
const BYTES_PER_CHAR = 6;
/** Measured: a field as parsed, planned and compiled; a document's own part. */
const FIELD_BYTES = 3 * 1024;
const DOCUMENT_BYTES = 8 * 1024;
/** What it costs to validate and plan a document that was not there before. */
const DOCUMENT_COST = 200;
const FIELD_COST = 50;

/** An operation that passed every guard. */
export interface Operation {
  readonly query: string;
  /** True when the client named the document by its hash. */
  readonly persisted: boolean;
  /** Aliases in it that hide what plans need have names of their own. */
  readonly document: DocumentNode;
  /** True where there were such aliases: the answer is to be put into the client's names. */
  readonly renamed: boolean;
  /** Why the document is not valid for the schema; empty when it is. */
  readonly errors: readonly GraphQLError[];
  /** The document printed anew: equal for texts that differ in white space and comments only. */
  readonly normalised: () => string;
  /** Undefined only where the document has errors. */
  readonly measure: Measure | undefined;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  /** What its caller pays: for what may be answered, and for a document that nobody sent before. */
  readonly cost: number;
  /** The same for what was answered. */
  readonly costOf: (data: unknown) => number;
}

interface Prepared {
  /** Of the text. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly renamed: boolean;
  readonly errors: readonly GraphQLError[];
  readonly measures: ReadonlyMap<string, Measure | undefined>;
  normalised?: string;
  /** True once somebody was asked to pay for it. */
  isPaid: boolean;
}

type OperationRules = Pick<GatewayConfig, 'introspection' | 'allowedOperations'>;

export interface OperationsParts {
  readonly schema: GraphQLSchema;
  readonly costs: CostModel;
  /** Names of fields that plans add, see `plannedNamesOf`. */
  readonly planned: ReadonlySet<string>;
  readonly queue: PlanningQueue;
  readonly rules: OperationRules;
}

/** Parses and validates each text once; guards each request. */
export class Operations {
  readonly #documents = new LRUCache<string, Prepared>({
    maxSize: DOCUMENTS_MAX_BYTES,
    dispose: ({ hash }) => this.#texts.delete(hash),
  });
  /** The texts of these documents by their hashes: so Apollo Server asks for them. */
  readonly #texts = new Map<string, string>();
  readonly #persisted: PersistedDocuments;
  readonly #schema: GraphQLSchema;
  readonly #model: CostModel;
  readonly #planned: ReadonlySet<string>;
  readonly #costs = new WeakMap<Measure, OperationCost>();
  readonly #answeredCosts = new WeakMap<Measure, AnsweredCost>();
  readonly #queue: PlanningQueue;
  readonly #rules: OperationRules;

  constructor({ schema, costs, planned, queue, rules }: OperationsParts) {
    this.#schema = schema;
    this.#model = costs;
    this.#planned = planned;
    this.#queue = queue;
    this.#rules = rules;
    this.#persisted = new PersistedDocuments(rules);
  }

  /** The parsed and validated document of a text that was admitted. */
  validated(queryHash: string): DocumentNode | undefined {
    const text = this.#texts.get(queryHash);
    const known = text === undefined ? undefined : this.#documents.get(text);
    return known?.errors.length === 0 ? known.document : undefined;
  }

  /**
   * Parses and validates a text that was not there before, in turn with those of other callers: `admit` finds it then.
   * Throws what `admit` throws.
   */
  async prepare(request: OperationRequest, caller: Caller): Promise<void> {
    const query = this.#persisted.textOf(request, caller);
    if (query === undefined) return;
    if (this.#documents.has(query)) return;
    await this.#queue.take(caller.key, () => this.#documents.has(query) || this.#prepare(query));
  }

  /** The operation, guarded; null when the text is no document (execution reports why). Throws rejections. */
  admit(request: OperationRequest, caller: Caller): Operation | null {
    const query = this.#persisted.textOf(request, caller);
    if (query === undefined) return null;
    const prepared = this.#documents.get(query) ?? this.#prepare(query);
    if (prepared === null) return null;
    const operationName = nameIn(request);
    const variables = isRecord(request.variables) ? request.variables : {};
    const { document, errors, measures } = prepared;
    const measure = measures.get(operationName ?? '');
    if (measure !== undefined) checkIntrospection(measure, caller, this.#rules);
    else if (errors.length === 0) throw rejection('BAD_REQUEST', unnamed(operationName));
    const runs = measure !== undefined && errors.length === 0;
    const cost = runs ? this.#costOf(measure, document)(variables) : 0;
    guardCost(cost);
    const preparation = prepared.isPaid ? 0 : DOCUMENT_COST + FIELD_COST * (measure?.fields ?? 0);
    prepared.isPaid = true;
    return {
      query,
      persisted: persistedHashOf(request.extensions) !== undefined,
      document,
      renamed: prepared.renamed,
      errors,
      normalised: () => (prepared.normalised ??= print(document)),
      measure,
      operationName,
      variables,
      cost: cost + preparation,
      costOf: (data) =>
        measure === undefined ? 0 : preparation + this.#answeredCostOf(measure, document)(data, variables),
    };
  }

  #answeredCostOf(measure: Measure, document: DocumentNode): AnsweredCost {
    const known = this.#answeredCosts.get(measure);
    if (known !== undefined) return known;
    const cost = compileAnsweredCost(measure.operation, this.#costSource(document));
    this.#answeredCosts.set(measure, cost);
    return cost;
  }

  #costSource(document: DocumentNode): CostSource {
    return { schema: this.#schema, model: this.#model, fragments: fragmentsOf(document) };
  }

  #costOf(measure: Measure, document: DocumentNode): OperationCost {
    const known = this.#costs.get(measure);
    if (known !== undefined) return known;
    const cost = compileCost(measure.operation, this.#costSource(document));
    this.#costs.set(measure, cost);
    return cost;
  }

  #prepare(query: string): Prepared | null {
    guardText(query);
    const document = parsed(query);
    if (document === null) return null;
    // The bounds of every operation are checked before validation, whose cost grows faster than the text.
    const measures = measuresOf(document);
    rejectConditionalRoots(document);
    const errors = validate(this.#schema, document);
    const exact = errors.length === 0 ? keepNumbers(document, query, this.#schema) : document;
    const own = errors.length === 0 ? renameAliases(exact, this.#planned) : document;
    const renamed = own !== exact;
    const measured = own === document ? measures : measuresOf(own);
    const hash = sha256(query);
    const prepared = { hash, document: own, renamed, errors, measures: measured, isPaid: false };
    this.#documents.set(query, prepared, { size: bytesOf(query, measures) });
    this.#texts.set(hash, query);
    return prepared;
  }
}

/** The measures of all operations by name; under the empty name that of a document's only one. */
function measuresOf(document: DocumentNode): ReadonlyMap<string, Measure | undefined> {
  const measures = new Map<string, Measure | undefined>([['', guardDocument(document, undefined)]]);
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition' || definition.name === undefined) continue;
    measures.set(definition.name.value, guardDocument(document, definition.name.value));
  }
  return measures;
}

/** What a document takes in memory once it was planned and compiled. */
function bytesOf(text: string, measures: Prepared['measures']): number {
  const fields = [...measures.values()].reduce((sum, measure) => sum + (measure?.fields ?? 0), 0);
  return DOCUMENT_BYTES + BYTES_PER_CHAR * text.length + FIELD_BYTES * fields;
}

/** An empty name is none: clients that have no name to send often send that. */
function nameIn({ operationName }: OperationRequest): string | undefined {
  return typeof operationName === 'string' && operationName !== '' ? operationName : undefined;
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
