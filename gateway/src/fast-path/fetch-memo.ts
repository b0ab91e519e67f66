import type { SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Variables } from '../operation/limits.js';

interface Noted {
  readonly service: string;
  readonly query: string;
  readonly variables: Variables;
  readonly answer: Promise<SubgraphResponse>;
}

/** What subgraphs answered to the fast path of one request: the general path takes these and asks nobody twice. */
export class FetchMemo {
  readonly #noted: Noted[] = [];

  /** Keeps the answer to a fetch, also one that will fail. */
  note(noted: Noted): void {
    this.#noted.push(noted);
  }

  /** The answer to exactly this fetch. Compared only when asked for: most requests never are, and theirs are large. */
  find(service: string, query: string, variables: object | undefined): Promise<SubgraphResponse> | undefined {
    if (this.#noted.length === 0) return undefined;
    const text = JSON.stringify(variables ?? {});
    return this.#noted.find(
      (one) => one.service === service && one.query === query && JSON.stringify(one.variables) === text,
    )?.answer;
  }
}
