import type { TollgateClient } from '@tollgate/client/client';

interface NamedItem {
  readonly name: string;
}

interface IntrospectedType extends NamedItem {
  readonly fields: readonly NamedItem[] | null;
  readonly inputFields: readonly NamedItem[] | null;
  readonly enumValues: readonly NamedItem[] | null;
  readonly possibleTypes: readonly NamedItem[] | null;
}

const INTROSPECTION = `query PublicApi {
  __schema {
    types { name fields { name } inputFields { name } enumValues { name } possibleTypes { name } }
  }
}`;

/** What the API can say: its types and their members. */
export class PublicApi {
  readonly #coordinates: ReadonlySet<string>;

  constructor(coordinates: Iterable<string>) {
    this.#coordinates = new Set(coordinates);
  }

  /** Whether there is such a member, `Mutation.createPlan`, `CreatePlanInput.grain`, `InvoiceLineKind.LATE`, or type. */
  has(coordinate: string): boolean {
    return this.#coordinates.has(coordinate);
  }
}

/** Asks a system what it can say; introspection is for its staff. */
export async function readPublicApi(operator: TollgateClient): Promise<PublicApi> {
  const { __schema } = await operator.call<{ __schema: { types: IntrospectedType[] } }>(INTROSPECTION);
  return new PublicApi(__schema.types.flatMap(coordinatesOf));
}

function coordinatesOf(type: IntrospectedType): string[] {
  const members = [type.fields, type.inputFields, type.enumValues, type.possibleTypes].flatMap(
    (list) => list ?? [],
  );
  return [type.name, ...members.map(({ name }) => `${type.name}.${name}`)];
}
