// Runs npm scripts of the root as tasks of turbo.json: side by side, and not again where nothing they read has changed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from './lib/run.mjs';
import { setup } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const turbo = join(ROOT, 'node_modules/turbo/bin/turbo');
/** Whoever builds Tollgate does not report to anybody. */
const env = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };

try {
  // Not a task of turbo's: an installation would pull turbo away from under itself.
  await setup({ quiet: true });
  await runNode([turbo, 'run', ...process.argv.slice(2), '--output-logs=new-only'], {
    cwd: ROOT,
    env,
    show: true,
  });
} catch (error) {
  console.error(error.message.split('\n')[0]);
  process.exitCode = 1;
}
