import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';

const { definitions } = parse(readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8'));

const fields = new Map(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
      ? [[one.name.value, (one.fields ?? []).map(({ name }) => name.value)] as const]
      : [],
  ),
);

/** The fields of a type of the public graph; none where there is no such type. */
export const fieldsOf = (type: string): readonly string[] => fields.get(type) ?? [];

/** The answers that say why something was not done. */
export const REJECTIONS: ReadonlySet<string> = new Set(
  definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION &&
    one.interfaces?.some(({ name }) => name.value === 'Rejection') === true
      ? [one.name.value]
      : [],
  ),
);

/** The name of a mutation's input. */
export const inputOf = (mutation: string): string =>
  `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
