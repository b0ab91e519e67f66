import {
  getNullableType,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { afterwards, catcherOf, type Place, type Run } from './compiled-errors.js';
import {
  argumentsOf,
  fieldsAskedOf,
  possibleType,
  type AskedField,
  type Selected,
} from './compiled-fields.js';

type Fields = Record<string, unknown>;

/** Makes what the client sees of a value that is no promise; `key` is its place in the object or list at `place`. */
type Complete = (value: unknown, place: Place, key: string | number) => unknown;

/** A field of an object type as an operation asks for it, ready to be run. */
export interface CompiledField {
  readonly name: string;
  /** The value, as it is seen or a promise of that. Throws where an error leaves nothing in its place. */
  readonly value: (source: unknown, place: Place) => unknown;
}

/** The fields that selections ask of an object type, ready to be run. */
export function fieldsOf(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  selected: Selected,
): readonly CompiledField[] {
  return fieldsAskedOf(type, sets, selected).map((asked) => fieldOf(asked, selected));
}

function fieldOf(asked: AskedField, selected: Selected): CompiledField {
  const { responseName: name, definition, nodes, parent } = asked;
  const [node] = nodes;
  if (definition === undefined || node === undefined) return { name, value: () => parent.name };
  const resolve = resolverOf(definition, node);
  const complete = completeOf(definition.type, { asked, selected });
  const caught = catcherOf(definition.type, nodes);
  const settle = settlerOf(complete, caught);
  return {
    name,
    value: (source, place) => {
      let given: unknown;
      try {
        given = resolve(source, place.run);
      } catch (error) {
        return caught(error, place, name);
      }
      return settle(given, place, name);
    },
  };
}

/** Completes what is there or will be; an error leaves what is left where it was caught. */
function settlerOf(complete: Complete, caught: ReturnType<typeof catcherOf>): Complete {
  const settle: Complete = (value, place, key) => {
    try {
      const seen = complete(value, place, key);
      return isPromise(seen) ? seen.then(undefined, (error) => caught(error, place, key)) : seen;
    } catch (error) {
      return caught(error, place, key);
    }
  };
  return (value, place, key) =>
    isPromise(value)
      ? value.then(
          (one) => settle(one, place, key),
          (error) => caught(error, place, key),
        )
      : settle(value, place, key);
}

function resolverOf(
  definition: NonNullable<AskedField['definition']>,
  node: FieldNode,
): (source: unknown, run: Run) => unknown {
  const { name, resolve } = definition;
  const given = argumentsOf(definition, node);
  const nobodyAsks = undefined as never;
  if (resolve !== undefined)
    return (source, { variables, contextValue }) =>
      resolve(source, given(variables), contextValue, nobodyAsks);
  return (source, { variables, contextValue }) => {
    if ((typeof source !== 'object' || source === null) && typeof source !== 'function') return undefined;
    const property = (source as Fields)[name];
    if (typeof property !== 'function') return property;
    return (source as Record<string, (...given: unknown[]) => unknown>)[name]?.(
      given(variables),
      contextValue,
    );
  };
}

interface Completing {
  readonly asked: AskedField;
  readonly selected: Selected;
}

function completeOf(type: GraphQLOutputType, completing: Completing): Complete {
  const nullable = getNullableType(type);
  const some = isListType(nullable)
    ? listOf(nullable.ofType, completing)
    : isLeafType(nullable)
      ? leafOf(nullable)
      : isAbstractType(nullable)
        ? abstractOf(nullable, completing)
        : objectOf(nullable, completing);
  const { parent, definition } = completing.asked;
  const isRequired = isNonNullType(type);
  return (value, place, key) => {
    if (value instanceof Error) throw value;
    const seen = value === null || value === undefined ? null : some(value, place, key);
    if (seen === null && isRequired)
      throw new Error(`Cannot return null for non-nullable field ${parent.name}.${definition?.name ?? ''}.`);
    return seen;
  };
}

function leafOf(type: GraphQLLeafType): Complete {
  return (value) => {
    const seen = type.serialize(value);
    if (seen === null || seen === undefined)
      throw new Error(`Expected \`${type.name}\` to serialise a value, and it gave none.`);
    return seen;
  };
}

function listOf(itemType: GraphQLOutputType, completing: Completing): Complete {
  const { nodes, parent, definition } = completing.asked;
  const itemOf = settlerOf(completeOf(itemType, completing), catcherOf(itemType, nodes));
  return (value, { run, path }, key) => {
    if (typeof value !== 'object' || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${parent.name}.${definition?.name ?? ''}".`,
      );
    const place = { run, path: { before: path, key } };
    const items = Array.isArray(value) ? (value as unknown[]) : [...(value as Iterable<unknown>)];
    const seen: unknown[] = [];
    try {
      for (const [index, item] of items.entries()) seen.push(itemOf(item, place, index));
    } catch (error) {
      return afterwards([...seen, ...items].filter(isPromise), error);
    }
    return seen.some(isPromise) ? Promise.all(seen) : seen;
  };
}

function objectOf(type: GraphQLObjectType, { asked, selected }: Completing): Complete {
  let fields: readonly CompiledField[] | undefined;
  return (value, { run, path }, key) => {
    // Not before an object comes: fragments may be used in very many places of which few are ever reached.
    fields ??= fieldsOf(type, setsOf(asked), selected);
    return completeFields(fields, value, { run, path: { before: path, key } });
  };
}

function abstractOf(type: GraphQLAbstractType, completing: Completing): Complete {
  const byName = new Map<string, Complete>();
  const completeAs = (name: unknown): Complete => {
    const concrete = possibleType(completing.selected.schema, type.name, name);
    if (concrete === undefined)
      throw new GraphQLError(`Abstract type "${type.name}" cannot be the type "${String(name)}".`);
    const known = byName.get(concrete.name) ?? objectOf(concrete, completing);
    byName.set(concrete.name, known);
    return known;
  };
  const nobodyAsks = undefined as never;
  return (value, place, key) => {
    const name =
      type.resolveType?.(value, place.run.contextValue, nobodyAsks, type) ?? (value as Fields)['__typename'];
    if (isPromise(name)) return name.then((one) => completeAs(one)(value, place, key));
    return completeAs(name)(value, place, key);
  };
}

function setsOf({ nodes }: AskedField): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
}

/** All fields of an object, at once. Where one leaves nothing the others still end before the error goes on. */
export function completeFields(
  fields: readonly CompiledField[],
  source: unknown,
  place: Place,
): Fields | Promise<Fields> {
  const seen: Fields = {};
  let pending: Promise<void>[] | undefined;
  try {
    for (const { name, value } of fields) {
      const one = value(source, place);
      seen[name] = one;
      if (!isPromise(one)) continue;
      pending ??= [];
      pending.push(
        one.then((done) => {
          seen[name] = done;
        }),
      );
    }
  } catch (error) {
    return afterwards(pending ?? [], error);
  }
  return pending === undefined ? seen : Promise.all(pending).then(() => seen);
}

/** As graphql-js tells a promise. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
