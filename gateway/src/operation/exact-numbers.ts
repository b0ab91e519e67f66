import type { DocumentNode, GraphQLSchema, IntValueNode, FloatValueNode, StringValueNode } from 'graphql';
import { isScalarType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { exactNumber, mayLoseDigits } from '@tollgate/kernel/json';

/**
 * A valid document with numbers of JSON values that would lose digits as texts, as variables have them; the same one where
 * there are none. Plans are made of values, not of what was written.
 */
export function keepNumbers(document: DocumentNode, text: string, schema: GraphQLSchema): DocumentNode {
  if (!mayLoseDigits(text)) return document;
  const types = new TypeInfo(schema);
  const kept = (node: IntValueNode | FloatValueNode): StringValueNode | undefined => {
    const type = types.getInputType();
    // Inside of a JSON value nothing has a type.
    if (type && !(isScalarType(type) && type.name === 'JSONObject')) return undefined;
    if (typeof exactNumber(node.value) === 'number') return undefined;
    return { kind: Kind.STRING, value: node.value };
  };
  return visit(document, visitWithTypeInfo(types, { IntValue: kept, FloatValue: kept }));
}
