import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  typeFromAST,
} from 'graphql';
import type { CostModel, ListSize } from './cost-model.js';
import { LIST_ASSUMED } from './cost-model.js';
import { inputCost, textCost } from './input-cost.js';
import type { Variables } from './limits.js';

/** What an operation costs: the fields its answer may hold, list lengths multiplied in, and the inputs it is given. */
export type OperationCost = (variables: Variables) => number;

export interface CostSource {
  readonly schema: GraphQLSchema;
  readonly model: CostModel;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Costs of a part: a number where no variable decides it. */
export type Cost = number | ((run: Run) => number);

/** One request, whose variables decide. */
export interface Run {
  readonly variables: Variables;
  /** Each variable is counted once, however many fields take it. */
  readonly inputs: Map<string, number>;
}

interface Walk extends CostSource {
  readonly operation: OperationDefinitionNode;
  /** Fragments are counted once where nothing around them says how long a list is. */
  readonly done: Map<string, Cost>;
}

/** The lists of an object whose length was said at the field that holds it. */
interface Sized {
  readonly fields: ReadonlySet<string>;
  readonly length: Cost;
}

/** About what reading the schema makes the gateway compute. */
export const INTROSPECTION_COST = 5_000;
/** Arguments that say how long an answer is where the schema declares nothing. */
const PAGE_ARGUMENTS = ['first', 'last', 'limit'];

/** Compiles the cost of an operation of a valid document; of what only fragments of several types select, all counts. */
export function compileCost(operation: OperationDefinitionNode, source: CostSource): OperationCost {
  const root = source.schema.getRootType(operation.operation) ?? undefined;
  const cost = costOfSet(
    operation.selectionSet,
    { type: root, sized: undefined },
    {
      ...source,
      operation,
      done: new Map(),
    },
  );
  if (typeof cost === 'number') return () => cost;
  return (variables) => cost({ variables, inputs: new Map() });
}

interface Place {
  readonly type: GraphQLNamedType | undefined;
  readonly sized: Sized | undefined;
}

function costOfSet(set: SelectionSetNode, place: Place, walk: Walk): Cost {
  let cost: Cost = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) cost = plus(cost, costOfField(selection, place, walk));
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      cost = plus(cost, costOfFragment(selection.name.value, place, walk));
    } else {
      const condition = selection.typeCondition;
      const type = condition === undefined ? place.type : typeFromAST(walk.schema, condition);
      cost = plus(cost, costOfSet(selection.selectionSet, { ...place, type }, walk));
    }
  }
  return cost;
}

function costOfFragment(name: string, { sized }: Place, walk: Walk): Cost {
  const known = walk.done.get(name);
  if (known !== undefined && sized === undefined) return known;
  const fragment = walk.fragments.get(name);
  if (fragment === undefined) return 0;
  const type = typeFromAST(walk.schema, fragment.typeCondition);
  const cost = costOfSet(fragment.selectionSet, { type, sized }, walk);
  if (sized === undefined) walk.done.set(name, cost);
  return cost;
}

/** A field by itself: with its alias, which is told once for every item of a list, and with what it is given. */
export function ownCost(field: FieldNode, weight: number, operation: OperationDefinitionNode): Cost {
  return (field.arguments ?? []).reduce<Cost>(
    (sum, one) => plus(sum, costOfInput(one.value, operation)),
    weight + textCost(field.alias?.value ?? ''),
  );
}

/** The field of a type that has fields, as the schema defines it. */
export function definitionOf(type: GraphQLNamedType | undefined, name: string) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function costOfField(field: FieldNode, { type, sized }: Place, walk: Walk): Cost {
  const name = field.name.value;
  // The schema is as long as it is: what is read of it costs the same however deep its types nest.
  if (name === '__schema' || name === '__type') return INTROSPECTION_COST;
  const definition = definitionOf(type, name);
  if (definition === undefined) {
    const own = ownCost(field, 1, walk.operation);
    return field.selectionSet === undefined ? own : plus(own, bare(field.selectionSet, walk));
  }
  const { weight, list } = walk.model(type?.name ?? '', name);
  const own = ownCost(field, weight, walk.operation);
  const length =
    sized?.fields.has(name) === true ? sized.length : lengthOf(field, { definition, list }, walk);
  const isList = isListType(getNullableType(definition.type));
  if (field.selectionSet === undefined) return isList ? plus(own, length) : own;
  const inner = list?.sized === undefined ? undefined : { fields: list.sized, length };
  const children = costOfSet(field.selectionSet, { type: getNamedType(definition.type), sized: inner }, walk);
  return plus(own, isList ? times(length, children) : children);
}

function bare(set: SelectionSetNode, walk: Walk): Cost {
  return costOfSet(set, { type: undefined, sized: undefined }, walk);
}

interface Declared {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly list: ListSize | undefined;
}

/** The largest length that an argument asks for, else the one that is declared or assumed. */
function lengthOf(field: FieldNode, { definition, list }: Declared, walk: Walk): Cost {
  const assumed = list?.assumed ?? LIST_ASSUMED;
  const slicing = list?.slicing ?? PAGE_ARGUMENTS;
  const asked: Cost[] = [];
  for (const argument of definition.args) {
    if (!slicing.includes(argument.name)) continue;
    const given = field.arguments?.find((one) => one.name.value === argument.name)?.value;
    if (given !== undefined) asked.push(integerIn(given, walk.operation));
    else if (typeof argument.defaultValue === 'number') asked.push(argument.defaultValue);
  }
  const fixed = asked.filter((one) => typeof one === 'number');
  if (fixed.length === asked.length) return longest(fixed, assumed);
  return (run) =>
    longest(
      asked.map((one) => valueOf(one, run)),
      assumed,
    );
}

/** A negative or missing number says nothing: whoever answers the field rejects it or takes its own default. */
function longest(asked: readonly number[], assumed: number): number {
  const said = asked.filter((one) => one >= 0);
  return said.length === 0 ? assumed : Math.max(...said);
}

const UNSAID = -1;

function integerIn(value: ValueNode, operation: OperationDefinitionNode): Cost {
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind !== Kind.VARIABLE) return UNSAID;
  const name = value.name.value;
  const preset = operation.variableDefinitions?.find((one) => one.variable.name.value === name)?.defaultValue;
  const fallback = preset?.kind === Kind.INT ? Number(preset.value) : UNSAID;
  return ({ variables }) => {
    const given = Object.hasOwn(variables, name) ? variables[name] : fallback;
    return typeof given === 'number' ? given : UNSAID;
  };
}

/** Objects, list elements and long texts of an argument. */
function costOfInput(value: ValueNode, operation: OperationDefinitionNode): Cost {
  switch (value.kind) {
    case Kind.VARIABLE:
      return costOfVariable(value.name.value, operation);
    case Kind.LIST:
      return value.values.reduce<Cost>((sum, one) => plus(sum, atLeastOne(costOfInput(one, operation))), 0);
    case Kind.OBJECT:
      return value.fields.reduce<Cost>((sum, one) => plus(sum, costOfInput(one.value, operation)), 1);
    case Kind.STRING:
      return textCost(value.value);
    default:
      return 0;
  }
}

function costOfVariable(name: string, operation: OperationDefinitionNode): Cost {
  const preset = operation.variableDefinitions?.find((one) => one.variable.name.value === name)?.defaultValue;
  const fallback = preset === undefined ? 0 : costOfInput(preset, operation);
  return (run) => {
    const known = run.inputs.get(name);
    if (known !== undefined) return known;
    const isGiven = Object.hasOwn(run.variables, name);
    const cost = isGiven ? inputCost(run.variables[name]) : valueOf(fallback, run);
    run.inputs.set(name, cost);
    return cost;
  };
}

function atLeastOne(cost: Cost): Cost {
  return typeof cost === 'number' ? Math.max(1, cost) : (run) => Math.max(1, cost(run));
}

function plus(left: Cost, right: Cost): Cost {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left === 0) return right;
  return (run) => valueOf(left, run) + valueOf(right, run);
}

function times(left: Cost, right: Cost): Cost {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  return (run) => valueOf(left, run) * valueOf(right, run);
}

/** The cost in a request. */
export function valueOf(cost: Cost, run: Run): number {
  return typeof cost === 'number' ? cost : cost(run);
}
