// npm run fuzz -- [--operations N] [--seed S]: random operations, valid and not, over the project's own supergraph, each
// sent along the fast path and along the general path. Their answers must be equal in bytes, order, status and headers.
// The last line is `N operations, N differ`; the first differences are shown with the operations that make them.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runNode } from './lib/run.mjs';
import { setup } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SUITE = 'gateway/test/fuzz.int.test.ts';
const SEEDS = 1_000_000;

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,8}$/.test(value)) continue;
  console.error(`--${name} is a whole number above 0`);
  process.exit(2);
}
await setup({ quiet: true });
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const env = { FUZZ_OPERATIONS: values.operations, FUZZ_SEED: values.seed };
console.log(`fuzz: ${values.operations} operations from seed ${values.seed}`);
let said = { operations: 0, differ: 0 };
const onLine = (line) =>
  (said = /fuzz operations=(?<operations>\d+) .* differ=(?<differ>\d+)/.exec(line)?.groups ?? said);
try {
  await runNode([vitest, 'run', '--project', 'int', '--reporter', 'verbose', SUITE], {
    cwd: ROOT,
    env,
    onLine,
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
console.log(`${said.operations} operations, ${said.differ} differ`);
