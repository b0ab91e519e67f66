import { clientError } from '../base/errors.js';

/** Relay pages are bounded, whatever is asked for. */
export const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Page {
  /** Rows to show; read one more to know whether there is a next page. */
  readonly limit: number;
  /** Id after which the page starts, exclusive; null = from the beginning. */
  readonly after: string | null;
}

/** Checks page arguments. Throws `BAD_USER_INPUT` beyond the bound or for a cursor that is none of ours. */
export function pageOf({ first, after }: PageArguments): Page {
  const limit = first ?? PAGE_DEFAULT;
  if (limit < 1 || limit > PAGE_MAX)
    throw clientError('BAD_USER_INPUT', `"first" is between 1 and ${PAGE_MAX}.`);
  return { limit, after: after ? cursorId(after) : null };
}

/** A Relay connection out of `limit + 1` rows; cursors hide the id. */
export function connectionOf<N extends { readonly id: string }>(rows: readonly N[], page: Page) {
  const nodes = rows.slice(0, page.limit);
  const edges = nodes.map((node) => ({ node, cursor: Buffer.from(node.id).toString('base64url') }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.limit,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function cursorId(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^[a-z]{3}_[0-9a-z]{26}$/.test(text))
    throw clientError('BAD_USER_INPUT', 'That cursor is not one of ours.');
  return text;
}
