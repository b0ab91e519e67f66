import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@tollgate/local/ports';
import { readServiceConfig } from '@tollgate/runtime/base/config';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { createPlatform, type Platform } from '@tollgate/runtime/service/platform';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import { startSubgraph } from '@tollgate/runtime/service/subgraph';
import { type Environment, type LocalConfig, ROOT } from './config.js';
import { openDatabase } from './database.js';
import { serviceEnvironment } from './environment.js';
import { openSandbox } from './sandbox.js';
import { localSecrets, type Secrets } from './secrets.js';
import { loadBuilt, loadSubgraphs } from './subgraphs.js';

/** A whole Tollgate in this process. */
export interface LocalSystem {
  readonly url: string;
  readonly secrets: Secrets;
  readonly sandboxUrl: string | undefined;
  readonly logger: Logger;
  /** Drains the gateway, then stops everything in the order that loses nothing. */
  stop(): Promise<void>;
}

interface GatewayModule {
  createGateway(options: {
    readonly config: unknown;
    readonly supergraphSdl: string;
    readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
    readonly logger: Logger;
    readonly metrics: Platform['metrics'];
  }): Promise<{ listen(): Promise<string>; stop(): Promise<void> }>;
  readGatewayConfig(environment: Environment): unknown;
}

/** Starts Postgres, subgraphs, consumers, timers and gateway in one process. */
export async function startSystem(config: LocalConfig): Promise<LocalSystem> {
  const secrets = localSecrets(config.dataDir);
  const gatewayPort = config.port === 0 ? await freePort() : config.port;
  // Loading them takes as long as Postgres needs to start, so both happen at once.
  const loading = loadParts();
  loading.catch(() => undefined);
  const database = await openDatabase(config, secrets);
  const sandbox = await openSandbox(config, secrets, `http://${config.host}:${gatewayPort}`);
  const environment = {
    LOG_FILE: join(config.dataDir, 'tollgate.log'),
    ...serviceEnvironment(config, secrets, {
      database,
      sandboxUrl: sandbox.url,
      smtpUrl: sandbox.smtpUrl,
      gatewayPort,
    }),
  };
  const platform = await createPlatform(readServiceConfig(environment), 'tollgate');
  const { creators, gatewayModule } = await loading;
  const subgraphs = await Promise.all(
    creators.map(async (create) => startSubgraph(platform, await create(platform, environment))),
  );
  platform.startRelay();
  const gateway = await gatewayModule.createGateway({
    config: gatewayModule.readGatewayConfig(environment),
    supergraphSdl: readFileSync(join(ROOT, 'supergraph.graphql'), 'utf8'),
    endpoints: new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph.endpoint])),
    logger: platform.logger,
    metrics: platform.metrics,
  });
  const url = await gateway.listen();
  platform.logger.info({ url }, 'ready');
  return {
    url,
    secrets,
    sandboxUrl: sandbox.url,
    logger: platform.logger,
    stop: async () => {
      await gateway.stop();
      await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
      await platform.close();
      await sandbox.stop();
      await database.stop();
    },
  };
}

async function loadParts(): Promise<{
  readonly creators: readonly CreateSubgraph[];
  readonly gatewayModule: GatewayModule;
}> {
  const gateway = [loadBuilt('gateway/dist/gateway.js'), loadBuilt('gateway/dist/config.js')];
  const [creators, modules] = await Promise.all([loadSubgraphs(), Promise.all(gateway)]);
  return { creators, gatewayModule: Object.assign({}, ...modules) as GatewayModule };
}
