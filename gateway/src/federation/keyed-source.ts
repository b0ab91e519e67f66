import type { DocumentNode, FieldNode, GraphQLSchema } from 'graphql';
import { getNamedType, isObjectType, Kind, parse, print, visit } from 'graphql';

/** A subscription of a subgraph that says of each event what it is about, whatever the client selected. */
export interface KeyedSource {
  readonly query: string;
  /** Under which name each event has the id of its thing; undefined where a subscription is about one thing only. */
  readonly keyName: string | undefined;
}

/** Asks a source for the id of its things besides, under a name that the client did not use. */
export function keyedSource(query: string, schema: GraphQLSchema): KeyedSource {
  const document = parse(query);
  const root = rootField(document);
  const field = root && schema.getSubscriptionType()?.getFields()[root.name.value];
  const type = field && getNamedType(field.type);
  if (!isObjectType(type) || type.getFields()['id'] === undefined) return { query, keyName: undefined };
  let keyName = 'thingId';
  while (query.includes(keyName)) keyName += '_';
  const id: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: keyName },
    name: { kind: Kind.NAME, value: 'id' },
  };
  const keyed = visit(document, {
    Field: (node) => {
      if (node !== root || node.selectionSet === undefined) return undefined;
      const selections = [...node.selectionSet.selections, id];
      return { ...node, selectionSet: { ...node.selectionSet, selections } };
    },
  });
  return { query: print(keyed), keyName };
}

function rootField(document: DocumentNode): FieldNode | undefined {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
  const [selection] = operation.selectionSet.selections;
  return selection?.kind === Kind.FIELD ? selection : undefined;
}
