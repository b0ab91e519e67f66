// npm test: everything. Lint, types, unit, integration, end to end, golden cases, and generated files that are current.
// Its last line counts over all runners: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const REPORTS = join(ROOT, 'node_modules', '.cache', 'tollgate', 'reports');
const bin = (path) => join(ROOT, 'node_modules', path);

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

try {
  await setup();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
await requirements();
await check('generated files are current', ['scripts/check-clean.mjs']);
await sideBySide([
  () => check('lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']),
  () => check('types of tests', [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']),
  () => check('format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  () => check('table ownership', ['scripts/check-ownership.mjs']),
  () => suite('house'),
]);
for (const project of ['unit', 'int', 'e2e']) await suite(project);

if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);

/** Real Redis, Kafka and a browser are part of the tests; where they cannot be had, this says so, and fails in CI. */
async function requirements() {
  const { requireDistributed, announceMissing } = await import('@tollgate/local/requirements');
  const { requireBrowser } = await import('@tollgate/local/browser');
  const found = [await requireDistributed(), await requireBrowser()];
  const missing = found.flatMap((one) => (one.ok ? [] : one.missing));
  if (missing.length === 0) return;
  console.error(announceMissing(missing));
  if (process.env.CI === 'true') {
    total.failed += 1;
    failures.push('requirements');
  }
}

/** Each of these programs keeps one processor busy: the next begins where one has ended. */
async function sideBySide(works) {
  const left = [...works];
  const lane = async () => {
    for (let work = left.shift(); work !== undefined; work = left.shift()) await work();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

/** One program that passes or fails as a whole. */
async function check(name, args) {
  if (args[0].startsWith('scripts/') && !existsSync(join(ROOT, args[0]))) return;
  const startedAt = performance.now();
  const { code, output } = await run(args, { quiet: true });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code === 0) total.passed += 1;
  else {
    total.failed += 1;
    failures.push(name);
    console.log(output);
  }
}

/** One vitest project; its own report counts its tests. */
async function suite(project) {
  console.log(`\n${project} tests`);
  const report = join(REPORTS, `${project}.json`);
  const { code } = await run(
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { quiet: false },
  );
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  total.passed += counts?.numPassedTests ?? 0;
  total.skipped += (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0);
  const failed = counts?.numFailedTests ?? 0;
  // A file that cannot be loaded has no failed test, and an error outside of tests has none either.
  const broken = code !== 0 && failed === 0 ? 1 : 0;
  total.failed += failed + broken;
  if (failed + broken > 0) failures.push(`${project} tests`);
}

function run(args, { quiet }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
