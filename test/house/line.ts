import type { SubgraphEndpoint, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';

/** The line between a gateway and one of its subgraphs. */
export interface Line {
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  /** Ends what is watched over it, and lets nothing be watched. */
  cut(): void;
  mend(): void;
}

/** Endpoints of which the subscriptions of one may break. */
export function breakable(endpoints: ReadonlyMap<string, SubgraphEndpoint>, name: string): Line {
  const own = endpoints.get(name);
  if (own === undefined) throw new Error(`there is no ${name}`);
  let isCut = false;
  const open = new Set<(error: Error) => void>();
  const subscribe: SubgraphEndpoint['subscribe'] = async (request) => {
    if (isCut) throw new Error('connect ECONNREFUSED');
    const events = await own.subscribe(request);
    let fail: (error: Error) => void = () => undefined;
    const broken = new Promise<never>((_resolve, reject) => (fail = reject));
    broken.catch(() => undefined);
    open.add(fail);
    const watched: AsyncIterableIterator<SubgraphResponse> = {
      next: () => Promise.race([events.next(), broken]),
      return: async () => {
        open.delete(fail);
        return (await events.return?.()) ?? { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => watched,
    };
    return watched;
  };
  const line: SubgraphEndpoint = {
    name,
    execute: (request) => own.execute(request),
    subscribe,
    raw: (request) => own.raw(request),
    healthy: () => own.healthy(),
  };
  return {
    endpoints: new Map([...endpoints, [name, line]]),
    cut: () => {
      isCut = true;
      for (const fail of open) fail(new Error('read ECONNRESET'));
      open.clear();
    },
    mend: () => (isCut = false),
  };
}
