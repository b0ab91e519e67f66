import { signIdentity } from '@tollgate/runtime/base/identity';
import type { ProcessConfig } from '../config.js';
import type { HttpEndpoint } from './transport.js';
import { httpEndpoint } from './transport.js';

/** The subgraphs over HTTP, as the environment names them. */
export function remoteEndpoints(config: Pick<ProcessConfig, 'gateway' | 'subgraphUrls'>): {
  readonly endpoints: ReadonlyMap<string, HttpEndpoint>;
  close(): Promise<void>;
} {
  const { identitySecret } = config.gateway;
  const connectionIdentity = () => signIdentity({ kind: 'system', actor: 'gateway' }, identitySecret);
  const entries = [...config.subgraphUrls].map(
    ([name, url]) => [name, httpEndpoint(name, url, { connectionIdentity })] as const,
  );
  return {
    endpoints: new Map(entries),
    close: async () => {
      await Promise.all(entries.map(([, endpoint]) => endpoint.close()));
    },
  };
}
