import type { GraphQLNamedType, GraphQLSchema, VariableDefinitionNode } from 'graphql';
import { getNamedType, isEnumType, isInputObjectType, typeFromAST } from 'graphql';
import type { Graph } from '../planning/graph.js';

/**
 * True where a variable may hold what clients do not see: an enum value or an input field that is hidden in the schema.
 * A subgraph knows these, so it cannot judge alone.
 */
export function hidesInputs(
  { schema, supergraph }: Pick<Graph, 'schema' | 'supergraph'>,
  definitions: readonly VariableDefinitionNode[],
): boolean {
  const seen = new Set<string>();
  const hides = (type: GraphQLNamedType | undefined): boolean => {
    if (type === undefined || seen.has(type.name)) return false;
    seen.add(type.name);
    const whole = partsOf(supergraph, type.name);
    const shown = new Set(partsOf(schema, type.name));
    if (whole.some((part) => !shown.has(part))) return true;
    if (!isInputObjectType(type)) return false;
    return Object.values(type.getFields()).some((field) => hides(getNamedType(field.type)));
  };
  return definitions.some(({ type }) => {
    const variable = typeFromAST(schema, type);
    return variable !== undefined && hides(getNamedType(variable));
  });
}

/** Values of an enum, fields of an input object. */
function partsOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  if (isEnumType(type)) return type.getValues().map((value) => value.name);
  return isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}
