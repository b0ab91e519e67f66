import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { getOperationAST, Kind, Lexer, Source, TokenKind } from 'graphql';
import { rejection } from '../base/errors.js';

export const BODY_MAX_BYTES = 2 * 1024 * 1024;
export const WEBHOOK_MAX_BYTES = 256 * 1024;
export const QUERY_MAX_BYTES = 100 * 1024;
export const TOKENS_MAX = 2_000;
export const DEPTH_MAX = 12;
/** Introspection as tools send it nests deeper than any question about billing. */
export const INTROSPECTION_DEPTH_MAX = 20;
/** A repeated field counts like an alias: both ask for the same thing again. */
export const ALIASES_MAX = 50;
export const ROOT_FIELDS_MAX = 30;
export const DIRECTIVES_MAX = 50;
/** Fields that the answer may hold, list lengths multiplied in, and objects that the variables hold. */
export const COST_MAX = 50_000;

export type Variables = Readonly<Record<string, unknown>>;

/** Rejects a text before any parser sees it; the lexer stops at the bound, so the cost is bounded too. */
export function guardText(query: string): void {
  if (query.length > QUERY_MAX_BYTES || Buffer.byteLength(query) > QUERY_MAX_BYTES) {
    throw rejection('QUERY_TOO_LARGE', `A document may have ${String(QUERY_MAX_BYTES)} bytes`);
  }
  const lexer = new Lexer(new Source(query));
  for (let tokens = 0; ; tokens += 1) {
    if (tokens > TOKENS_MAX) {
      throw rejection('TOO_MANY_TOKENS', `A document may have ${String(TOKENS_MAX)} tokens`);
    }
    if (isLast(lexer)) return;
  }
}

/** The end, or a character that GraphQL does not know: the parser will say so. */
function isLast(lexer: Lexer): boolean {
  try {
    return lexer.advance().kind === TokenKind.EOF;
  } catch {
    return true;
  }
}

/** What an operation asks for, fragments counted wherever they are used. */
export interface Measure {
  readonly operation: OperationDefinitionNode;
  /** Selected fields, fragments counted wherever they are used. */
  readonly fields: number;
  readonly introspects: boolean;
}

/** Measures one operation and rejects it where a bound is passed; undefined when it is not there. */
export function guardDocument(
  document: DocumentNode,
  operationName: string | undefined,
): Measure | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) return undefined;
  const fragments = fragmentsOf(document);
  const shape = shapeOf(operation.selectionSet, { fragments, done: new Map() });
  checkShape(shape);
  return { operation, fields: shape.fields, introspects: shape.introspects };
}

/** Rejects an operation whose answer may be larger than anybody needs. */
export function guardCost(cost: number): void {
  if (cost <= COST_MAX) return;
  throw rejection(
    'QUERY_TOO_COSTLY',
    `The operation costs ${String(cost)}, at most ${String(COST_MAX)} is allowed: ask for shorter lists or fewer fields`,
  );
}

interface Shape {
  depth: number;
  aliases: number;
  fields: number;
  directives: number;
  introspects: boolean;
}

interface ShapeWalk {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is measured once; one that is being measured (a cycle) counts as empty. */
  readonly done: Map<string, Shape>;
}

function checkShape(shape: Shape & { readonly rootFields: number }): void {
  const depthMax = shape.introspects ? INTROSPECTION_DEPTH_MAX : DEPTH_MAX;
  if (shape.depth > depthMax) throw rejection('QUERY_TOO_DEEP', `Fields may nest ${String(depthMax)} deep`);
  if (shape.aliases > ALIASES_MAX) {
    throw rejection(
      'TOO_MANY_ALIASES',
      `An operation may have ${String(ALIASES_MAX)} aliases or repeated fields`,
    );
  }
  if (shape.rootFields > ROOT_FIELDS_MAX) {
    throw rejection('TOO_MANY_ROOT_FIELDS', `An operation may have ${String(ROOT_FIELDS_MAX)} root fields`);
  }
  if (shape.directives > DIRECTIVES_MAX) {
    throw rejection('TOO_MANY_DIRECTIVES', `An operation may have ${String(DIRECTIVES_MAX)} directives`);
  }
  if (shape.fields > COST_MAX) throw rejection('QUERY_TOO_COSTLY', 'Fragments multiply to too many fields');
}

function emptyShape(): Shape {
  return { depth: 0, aliases: 0, fields: 0, directives: 0, introspects: false };
}

function shapeOf(set: SelectionSetNode, walk: ShapeWalk): Shape & { rootFields: number } {
  const shape = { ...emptyShape(), rootFields: 0 };
  const names = new Set<string>();
  for (const selection of set.selections) {
    shape.directives += selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      if (selection.alias !== undefined || names.has(name)) shape.aliases += 1;
      names.add(name);
      shape.rootFields += 1;
      addField(shape, selection, walk);
    } else {
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? shapeOf(selection.selectionSet, walk)
          : shapeOfFragment(selection.name.value, walk);
      add(shape, inner);
      shape.depth = Math.max(shape.depth, inner.depth);
    }
  }
  return shape;
}

function addField(shape: Shape, field: FieldNode, walk: ShapeWalk): void {
  const inner = field.selectionSet === undefined ? emptyShape() : shapeOf(field.selectionSet, walk);
  add(shape, inner);
  shape.fields += 1;
  shape.depth = Math.max(shape.depth, inner.depth + 1);
  if (revealsSchema(field)) shape.introspects = true;
}

/** Asking whether a type exists reveals nothing; asking what it holds does. */
function revealsSchema(field: FieldNode): boolean {
  if (field.name.value === '__schema') return true;
  if (field.name.value !== '__type') return false;
  const asked = field.selectionSet?.selections ?? [];
  return !asked.every(
    (one) => one.kind === Kind.FIELD && one.selectionSet === undefined && one.name.value === 'name',
  );
}

function shapeOfFragment(name: string, walk: ShapeWalk): Shape {
  const known = walk.done.get(name);
  if (known !== undefined) return known;
  walk.done.set(name, emptyShape());
  const fragment = walk.fragments.get(name);
  const shape = fragment === undefined ? emptyShape() : shapeOf(fragment.selectionSet, walk);
  walk.done.set(name, shape);
  return shape;
}

function add(shape: Shape, inner: Shape): void {
  shape.aliases += inner.aliases;
  shape.fields += inner.fields;
  shape.directives += inner.directives;
  shape.introspects ||= inner.introspects;
}

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}
