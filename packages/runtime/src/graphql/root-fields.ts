import {
  getArgumentValues,
  getOperationAST,
  Kind,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';

/** A root field that an operation asks for. */
export interface RootField {
  readonly name: string;
  /** The id of what it is about, as its arguments say; '' where they say none. */
  readonly subject: string;
}

/** Arguments that name what a field is about, the nearest first. */
const SUBJECTS = ['id', 'customerId', 'invoiceId', 'subscriptionId', 'planId'];

/**
 * The root fields of a query or subscription, each once; none of a mutation. What GraphQL and federation ask about the
 * schema, or on behalf of another root field, is not among them.
 */
export function rootFieldsRead({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): RootField[] {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  if (!operation || !type || operation.operation === 'mutation') return [];
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const nodes = fieldsIn(operation.selectionSet, fragments).filter(({ name }) => !name.value.startsWith('_'));
  const fields = nodes.map((node) => ({
    name: node.name.value,
    subject: subjectOf(type, node, variableValues ?? {}),
  }));
  return [...new Map(fields.map((field) => [`${field.name} ${field.subject}`, field])).values()];
}

/** The document is valid: its fragments form no circle. */
function fieldsIn(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, fragments);
    const fragment = fragments.get(selection.name.value);
    return fragment === undefined ? [] : fieldsIn(fragment.selectionSet, fragments);
  });
}

function subjectOf(
  type: GraphQLObjectType,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): string {
  const field = type.getFields()[node.name.value];
  if (field === undefined) return '';
  try {
    const values = getArgumentValues(field, node, variables);
    const subject = SUBJECTS.map((name) => values[name]).find((value) => typeof value === 'string');
    return typeof subject === 'string' ? subject : '';
  } catch {
    // The execution says what is wrong with them.
    return '';
  }
}
