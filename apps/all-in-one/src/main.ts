import { onStopSignal } from '@tollgate/runtime/service/stop';
import { checkedConfig } from './check.js';
import { processEnvironment } from './config.js';
import { openDemo } from './demo.js';
import { requirePort } from './port.js';
import { startSystem } from './system.js';

/** Everything in one process: what `npm start` runs. */
async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = await checkedConfig(processEnvironment);
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
    startedAt,
    mode: 'single',
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
