import { Kind, type TypeNode } from 'graphql';
import { inputFieldsOf } from '../supergraph.js';

/** A place in an input: where it is, and what the schema wants there. */
export interface Place {
  /** As rejections name it: `input.prices[0].key`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** The named type, or `[]` for a list as a whole. */
  readonly type: string;
}

/** Every place of a value that is of this type. */
export function placesOf(type: TypeNode, value: unknown, place: Omit<Place, 'type'>): Place[] {
  if (value === undefined || value === null) return [];
  if (type.kind === Kind.NON_NULL_TYPE) return placesOf(type.type, value, place);
  if (type.kind === Kind.LIST_TYPE) {
    const items = value as readonly unknown[];
    const inside = items.flatMap((item, index) =>
      placesOf(type.type, item, { path: `${place.path}[${index}]`, keys: [...place.keys, index] }),
    );
    return [{ ...place, type: '[]' }, ...inside];
  }
  const name = type.name.value;
  const here: Place = { ...place, type: name };
  const fields = inputFieldsOf(name);
  if (fields === undefined) return [here];
  const values = value as Readonly<Record<string, unknown>>;
  const inside = [...fields].flatMap(([field, of]) =>
    placesOf(of, values[field], { path: `${place.path}.${field}`, keys: [...place.keys, field] }),
  );
  return [here, ...inside];
}

/** The same without those that the schema says the same of: of the items of a list the first that has such a place. */
export function distinct(places: readonly Place[]): Place[] {
  const byShape = new Map(places.map((place) => [place.path.replaceAll(/\[\d+\]/g, '[]'), place]));
  return [...byShape.values()];
}

/** A value with something else at a place. */
export function withAt(value: unknown, keys: readonly (string | number)[], other: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? withAt(item, rest, other) : item));
  const values = value as Readonly<Record<string, unknown>>;
  return { ...values, [key]: withAt(values[key], rest, other) };
}

/** What stands at a place. */
export function valueAt(value: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((found, key) => (found as Readonly<Record<string, unknown>>)[key], value);
}
