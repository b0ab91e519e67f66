import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigFaults, readAll, readServiceConfig, type Environment } from '../base/config.js';
import { messageOf } from '../base/errors.js';
import { createPlatform, type Platform } from './platform.js';
import { serveSubgraph } from '../graphql/server.js';
import { onStopSignal } from './stop.js';
import { startSubgraph, type SubgraphDefinition } from './subgraph.js';

/** What a subgraph's `main.ts` exports: its parts on a given platform. Used by every way to run it. */
export type CreateSubgraph = (platform: Platform, environment: Environment) => Promise<SubgraphDefinition>;

/** A subgraph as a process. */
export interface Service {
  readonly create: CreateSubgraph;
  readonly environment: Environment;
  /** Reads what this service needs besides; its faults are reported together with the others. */
  readonly readOwn?: (environment: Environment) => unknown;
}

/**
 * Runs a subgraph as a process of its own when its `main.js` is what Node was started with; does nothing when it was
 * imported. Stops on SIGTERM and SIGINT after the work in hand.
 */
export async function runService(moduleUrl: string, service: Service): Promise<void> {
  if (!isEntryPoint(moduleUrl)) return;
  const { create, environment, readOwn = () => undefined } = service;
  try {
    readAll([() => readServiceConfig(environment), () => readOwn(environment)]);
    await run(create, environment);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigFaults ? error.message : messageOf(error)}\n`);
    // Not the exit code alone: consumers that already run would keep half a service alive.
    process.exit(1);
  }
}

async function run(create: CreateSubgraph, environment: Environment): Promise<void> {
  const config = readServiceConfig(environment);
  const platform = await createPlatform(config, environment['SERVICE_NAME'] ?? 'subgraph');
  const definition = await create(platform, environment);
  const subgraph = await startSubgraph(platform, definition);
  if (config.roles.has('worker')) platform.startRelay();
  const { host, port } = config;
  const { logger, metrics } = platform;
  const server = await serveSubgraph({ endpoint: subgraph.endpoint, host, port, logger, metrics });
  logger.info({ subgraph: definition.name, url: server.url, roles: [...config.roles] }, 'ready');
  onStopSignal(async () => {
    await server.stop();
    await subgraph.stop();
    await platform.close();
  }, logger);
}

function isEntryPoint(moduleUrl: string): boolean {
  const entry = process.argv[1];
  return entry !== undefined && realpathSync(entry) === fileURLToPath(moduleUrl);
}
