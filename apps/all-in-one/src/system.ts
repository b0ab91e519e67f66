import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@tollgate/local/ports';
import { readServiceConfig } from '@tollgate/runtime/config';
import type { SubgraphEndpoint } from '@tollgate/runtime/endpoint';
import type { Logger } from '@tollgate/runtime/log';
import { createPlatform, type Platform } from '@tollgate/runtime/platform';
import type { CreateSubgraph } from '@tollgate/runtime/service';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/subgraph';
import { type Environment, type LocalConfig, ROOT } from './config.js';
import { openDatabase } from './database.js';
import { serviceEnvironment } from './environment.js';
import { openSandbox } from './sandbox.js';
import { localSecrets, type Secrets } from './secrets.js';

/** In the order in which events flow. */
export const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'] as const;

/** A whole Tollgate in this process. */
export interface LocalSystem {
  readonly url: string;
  readonly secrets: Secrets;
  readonly sandboxUrl: string | undefined;
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
}

interface GatewayConfigModule {
  readGatewayConfig(environment: Environment): unknown;
}

/** Starts Postgres, subgraphs, consumers, timers and gateway in one process. */
export async function startSystem(config: LocalConfig): Promise<LocalSystem> {
  const secrets = localSecrets(config.dataDir);
  const gatewayPort = config.port === 0 ? await freePort() : config.port;
  const database = await openDatabase(config, secrets);
  const sandbox = await openSandbox(config, secrets, `http://${config.host}:${gatewayPort}`);
  const environment = {
    LOG_FILE: join(config.dataDir, 'tollgate.log'),
    ...serviceEnvironment(config, secrets, { database, sandboxUrl: sandbox.url, gatewayPort }),
  };
  const platform = await createPlatform(readServiceConfig(environment), 'tollgate');
  const subgraphs = await Promise.all(SUBGRAPHS.map((name) => startOne(platform, name, environment)));
  platform.startRelay();
  const gateway = await openGateway(platform, subgraphs, environment);
  const url = await gateway.listen();
  platform.logger.info({ url }, 'ready');
  return {
    url,
    secrets,
    sandboxUrl: sandbox.url,
    stop: async () => {
      await gateway.stop();
      await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
      await platform.close();
      await sandbox.stop();
      await database.stop();
    },
  };
}

/** Subgraphs are found by their path: nobody can import one, and this is the one place that puts them together. */
async function startOne(
  platform: Platform,
  name: string,
  environment: Environment,
): Promise<RunningSubgraph> {
  const path = new URL(`../../../subgraphs/${name}/dist/main.js`, import.meta.url).href;
  const { create } = (await import(path)) as { create: CreateSubgraph };
  return startSubgraph(platform, await create(platform, environment));
}

async function openGateway(
  platform: Platform,
  subgraphs: readonly RunningSubgraph[],
  environment: Environment,
) {
  const at = (file: string): string => new URL(`../../../gateway/dist/${file}.js`, import.meta.url).href;
  const { createGateway } = (await import(at('gateway'))) as GatewayModule;
  const { readGatewayConfig } = (await import(at('config'))) as GatewayConfigModule;
  return createGateway({
    config: readGatewayConfig(environment),
    supergraphSdl: readFileSync(join(ROOT, 'supergraph.graphql'), 'utf8'),
    endpoints: new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph.endpoint])),
    logger: platform.logger,
    metrics: platform.metrics,
  });
}
