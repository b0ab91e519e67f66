import { randomBytes } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { Kind, parse, visit } from 'graphql';

/** Nobody can guess it, so no data holds it by chance or by intent. */
const PREFIX = `alias_${randomBytes(8).toString('hex')}_`;

/**
 * Names of fields that plans add to what a client selected, to find entities again in other subgraphs: an alias of that
 * name would stand in their place. `__typename`, and the fields of all keys and requirements.
 */
export function plannedNamesOf(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set(['__typename']);
  visit(parse(supergraphSdl, { noLocation: true }), {
    Argument: ({ name, value }) => {
      if (!FIELD_SETS.has(name.value) || value.kind !== Kind.STRING) return;
      for (const word of value.value.match(/\w+/g) ?? []) names.add(word);
    },
  });
  return names;
}

const FIELD_SETS = new Set(['key', 'requires', 'provides']);

/** The document with every alias that hides a planned field under a name of its own; the same one where none does. */
export function renameAliases(document: DocumentNode, planned: ReadonlySet<string>): DocumentNode {
  return visit(document, {
    Field: (field) => {
      const alias = field.alias?.value;
      if (alias === undefined || alias === field.name.value || !planned.has(alias)) return undefined;
      return { ...field, alias: { kind: Kind.NAME, value: PREFIX + alias } };
    },
  });
}

/** What the client calls a field of such a document. */
export function clientName(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}

/** Data in the client's own names. */
export function dataInClientNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dataInClientNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, one]) => [clientName(name), dataInClientNames(one)]));
}

/** An error in the client's own names, wherever in it they stand. */
export function errorInClientNames<T extends object>(error: T): T {
  return JSON.parse(JSON.stringify(error).replaceAll(PREFIX, '')) as T;
}
