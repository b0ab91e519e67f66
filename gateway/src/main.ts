import { readFileSync } from 'node:fs';
import { createLogger } from '@tollgate/runtime/base/log';
import { onStopSignal } from '@tollgate/runtime/service/stop';
import { readConfig } from './config.js';
import { createGateway } from './gateway.js';
import { remoteEndpoints } from './endpoints/remote.js';

/** The gateway as a process of its own, in front of subgraphs over HTTP. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger({ level: config.logLevel, file: config.logFile, name: 'gateway' });
  const { endpoints, close } = remoteEndpoints(config);
  const gateway = await createGateway({
    config: config.gateway,
    supergraphSdl: readFileSync(config.supergraphPath, 'utf8'),
    endpoints,
    logger,
  });
  const url = await gateway.listen();
  logger.info({ url }, 'gateway listens');
  onStopSignal(async () => {
    logger.info({}, 'gateway drains');
    await gateway.stop();
    await close();
  }, logger);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
