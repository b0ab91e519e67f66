import type { PublicApi } from '../api/public-api.js';
import type { Names } from '../play/names.js';

/** One key of an answer: where the API shows it, and how it is read. */
export interface Facet<N> {
  /** Member of the API; the key is not supported, or neutral, without it. */
  readonly at: string;
  /** Selection that brings it. */
  readonly select: string;
  readonly read: (node: N, names: Names) => unknown;
  /** What it is while the API cannot show it: nobody can have made it anything else. */
  readonly neutral?: { readonly value: unknown };
}

/** The keys of an answer. */
export type Facets<N> = Readonly<Record<string, Facet<N>>>;

/** What the API says of the given keys. */
export interface Coverage {
  /** Keys that it cannot show. */
  readonly lacking: readonly string[];
  /** Keys that it cannot show and that are answered with their neutral value. */
  readonly assumed: readonly string[];
}

/** Which of the keys the API can show. */
export function coverageOf<N>(keys: Iterable<string>, facets: Facets<N>, api: PublicApi): Coverage {
  const missing = [...new Set(keys)].filter((key) => !isShown(facets[key], api));
  return {
    lacking: missing.filter((key) => facets[key]?.neutral === undefined),
    assumed: missing.filter((key) => facets[key]?.neutral !== undefined),
  };
}

/** The selection of everything that the API can show; `__typename` keeps it from being empty. */
export function selectionOf<N>(facets: Facets<N>, api: PublicApi): string {
  const shown = Object.values(facets).filter((facet) => isShown(facet, api));
  return ['__typename', ...shown.map(({ select }) => select)].join(' ');
}

/** A node of the API in the words of the format. */
export function answerOf<N>(
  node: N,
  facets: Facets<N>,
  context: { readonly api: PublicApi; readonly names: Names },
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facets).map(([key, facet]) => [
      key,
      context.api.has(facet.at) ? facet.read(node, context.names) : facet.neutral?.value,
    ]),
  );
}

function isShown<N>(facet: Facet<N> | undefined, api: PublicApi): facet is Facet<N> {
  return facet !== undefined && api.has(facet.at);
}
