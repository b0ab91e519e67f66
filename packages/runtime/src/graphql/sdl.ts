import { readdirSync, readFileSync } from 'node:fs';
import {
  Kind,
  parse,
  print,
  visit,
  type ASTNode,
  type DefinitionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
} from 'graphql';

/** Words that every subgraph uses in the same sense, each declared once. */
const COMMON_URL = new URL('../../../contracts/graphql/common.graphql', import.meta.url);

/**
 * The schema of a subgraph: every `schema/<noun>.graphql` below the folder, and of the common words those that they
 * reach. Nouns add to one another's types, and to types of other subgraphs, with `extend type`; what comes out has each
 * type in one piece.
 */
export function readSubgraphSdl(subgraph: URL): string {
  const nouns = nounFiles(subgraph).flatMap((file) => definitionsIn(new URL(`schema/${file}`, subgraph)));
  const common = definitionsIn(COMMON_URL);
  const definitions = joined([...reached(common, nouns), ...nouns]);
  return `${definitions.map(print).join('\n\n')}\n`;
}

/** Names of a subgraph's SDL files, one for each noun; none where it has no schema. */
export function nounFiles(subgraph: URL): readonly string[] {
  return readdirSync(new URL('schema/', subgraph))
    .filter((name) => name.endsWith('.graphql'))
    .sort();
}

function definitionsIn(url: URL): readonly DefinitionNode[] {
  return parse(readFileSync(url, 'utf8'), { noLocation: true }).definitions;
}

/** The common definitions that others name, those that these name in turn, and what belongs to the schema as a whole. */
function reached(common: readonly DefinitionNode[], from: readonly DefinitionNode[]): DefinitionNode[] {
  const byName = new Map(
    common.flatMap((one) => (nameOf(one) === null ? [] : [[nameOf(one), one] as const])),
  );
  const found = new Set(common.filter((one) => nameOf(one) === null));
  const queue: ASTNode[] = [...from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const name of typesNamedIn(node)) {
      const definition = byName.get(name);
      if (definition === undefined || found.has(definition)) continue;
      found.add(definition);
      queue.push(definition);
    }
  }
  return common.filter((one) => found.has(one));
}

function typesNamedIn(node: ASTNode): readonly string[] {
  const names: string[] = [];
  visit(node, {
    NamedType: ({ name }) => {
      names.push(name.value);
    },
  });
  return names;
}

/** Type definitions with what `extend type` adds to them, at the place where the type is named first. */
function joined(definitions: readonly DefinitionNode[]): DefinitionNode[] {
  const types = new Map<string, ObjectTypeDefinitionNode>();
  for (const one of definitions) {
    if (!isObject(one)) continue;
    const known = types.get(one.name.value);
    types.set(one.name.value, known === undefined ? asDefinition(one) : merged(known, one));
  }
  const written = new Set<string>();
  return definitions.flatMap((one): readonly DefinitionNode[] => {
    if (!isObject(one)) return [one];
    const type = types.get(one.name.value);
    if (type === undefined || written.has(one.name.value)) return [];
    written.add(one.name.value);
    return [type];
  });
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

function isObject(node: DefinitionNode): node is ObjectNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
}

function asDefinition(node: ObjectNode): ObjectTypeDefinitionNode {
  return { ...node, kind: Kind.OBJECT_TYPE_DEFINITION };
}

/** Both in one; a directive or interface that both carry stands once, fields add up. */
function merged(left: ObjectTypeDefinitionNode, right: ObjectNode): ObjectTypeDefinitionNode {
  const description =
    left.description ?? (right.kind === Kind.OBJECT_TYPE_DEFINITION ? right.description : undefined);
  return {
    ...left,
    ...(description === undefined ? {} : { description }),
    directives: distinct([...(left.directives ?? []), ...(right.directives ?? [])]),
    interfaces: distinct([...(left.interfaces ?? []), ...(right.interfaces ?? [])]),
    fields: distinct([...(left.fields ?? []), ...(right.fields ?? [])]),
  };
}

function distinct<Node extends ASTNode>(nodes: readonly Node[]): readonly Node[] {
  return [...new Map(nodes.map((node) => [print(node), node])).values()];
}

function nameOf(node: DefinitionNode): string | null {
  return 'name' in node && node.name !== undefined ? node.name.value : null;
}
