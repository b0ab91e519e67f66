import { parseArgs } from 'node:util';
import { onStopSignal } from '@tollgate/runtime/service/stop';
import { checkedConfig } from './check.js';
import { processEnvironment, type Environment } from './config.js';
import { openDemo } from './demo.js';
import { requirePort } from './port.js';
import type { Ready } from './supervisor.js';
import { startSystem } from './system.js';

/** Everything in one process: what `npm start` runs, and keeps running. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = await checkedConfig(environment());
  await requirePort(config.host, config.port);
  const system = await startSystem(config);
  onStopSignal(async () => {
    process.stdout.write('\nstopping: finishing what is in hand …\n');
    await system.stop();
    process.stdout.write('stopped\n');
  }, system.logger);
  await openDemo({
    config,
    url: system.url,
    staffSecret: system.secrets.staffDev,
    providersUrl: system.sandboxUrl,
    startedAt,
    mode: 'single',
    pids: { tollgate: process.pid },
  });
  process.send?.({ port: Number(new URL(system.url).port) } satisfies Ready);
}

/** A later life of the same start takes the port that the first one found. */
function environment(): Environment {
  const { port } = parseArgs({ options: { port: { type: 'string' } }, strict: false }).values;
  return typeof port === 'string' ? { ...processEnvironment, PORT: port } : processEnvironment;
}

/** Nobody would start this process again, or pass Ctrl-C on to it, once its supervisor is gone. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
