import { environment, PROVIDERS_URL, TOLLGATE_TOKEN } from './config.js';
import { graphqlUrlOf, providersUrl, staffToken } from './credentials.js';
import { startOwnSystem, type OwnSystem } from './own-system.js';

/** The system at `url` with the operator's token, or one of the program's own: fresh, and gone after `stop`. */
export async function openSystem(options: {
  readonly url: string | undefined;
  readonly distributed: boolean;
}): Promise<OwnSystem> {
  if (options.url === undefined) return startOwnSystem({ distributed: options.distributed, environment });
  return {
    graphqlUrl: graphqlUrlOf(options.url),
    staffToken: staffToken(TOLLGATE_TOKEN),
    providersUrl: providersUrl(PROVIDERS_URL),
    stop: async () => undefined,
  };
}
