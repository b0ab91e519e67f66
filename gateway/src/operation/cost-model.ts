import type { ConstDirectiveNode, ConstValueNode, FieldDefinitionNode } from 'graphql';
import { Kind, parse } from 'graphql';

/** How long the answer of a field is, as `@listSize` declares it. */
export interface ListSize {
  /** The length where no argument says it. */
  readonly assumed: number;
  /** Arguments that say it. */
  readonly slicing: readonly string[];
  /** The lists of the field's type that are so long; undefined where it is the field itself. */
  readonly sized: ReadonlySet<string> | undefined;
}

/** What a field costs, as `@cost` and `@listSize` declare it. */
export interface FieldCost {
  readonly weight: number;
  readonly list: ListSize | undefined;
}

/** The declared costs of a supergraph; a field that declares nothing costs 1. */
export type CostModel = (type: string, field: string) => FieldCost;

/** The length of a list that declares none. */
export const LIST_ASSUMED = 50;

const PLAIN: FieldCost = { weight: 1, list: undefined };

/** Reads the directives of the cost specification (https://ibm.github.io/graphql-specs/cost-spec.html) off a supergraph. */
export function costModelOf(supergraphSdl: string): CostModel {
  const declared = new Map<string, FieldCost>();
  for (const type of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const cost = declaredBy(field);
      if (cost !== PLAIN) declared.set(`${type.name.value}.${field.name.value}`, cost);
    }
  }
  return (type, field) => declared.get(`${type}.${field}`) ?? PLAIN;
}

function declaredBy({ directives = [] }: FieldDefinitionNode): FieldCost {
  const cost = directives.find(({ name }) => name.value === 'cost');
  const size = directives.find(({ name }) => name.value === 'listSize');
  if (cost === undefined && size === undefined) return PLAIN;
  return {
    weight: cost === undefined ? PLAIN.weight : (integerOf(cost, 'weight') ?? PLAIN.weight),
    list: size === undefined ? undefined : sizeOf(size),
  };
}

function sizeOf(directive: ConstDirectiveNode): ListSize {
  const sized = namesOf(directive, 'sizedFields');
  return {
    assumed: integerOf(directive, 'assumedSize') ?? LIST_ASSUMED,
    slicing: namesOf(directive, 'slicingArguments'),
    sized: sized.length === 0 ? undefined : new Set(sized),
  };
}

function integerOf(directive: ConstDirectiveNode, name: string): number | undefined {
  const value = argumentOf(directive, name);
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

function namesOf(directive: ConstDirectiveNode, name: string): readonly string[] {
  const value = argumentOf(directive, name);
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((one) => (one.kind === Kind.STRING ? [one.value] : []));
}

function argumentOf(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}
