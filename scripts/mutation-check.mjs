// npm run mutation: plants arithmetic faults one by one into a copy of the compiled code and runs the golden suite on
// it. Every fault must make the suite fall short; the last line is `N planted, N caught`.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RunFailed, runNode } from './lib/run.mjs';
import { FAULTS } from './mutation-faults.mjs';
import { setup } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const COPIED = [
  'package.json',
  'packages/kernel/package.json',
  'packages/kernel/dist',
  ...['plans', 'usage', 'invoices', 'payments'].flatMap((name) => [
    `subgraphs/${name}/package.json`,
    `subgraphs/${name}/dist/domain`,
  ]),
  'test/golden/dist',
  'test/golden/schema.json',
];
const LINKED = ['ajv', 'temporal-polyfill'];
const CLOSING_LINE = /(\d+) passed, (\d+) failed\s*$/;

await setup({ quiet: true });
await runNode([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'test/golden'], { cwd: ROOT });
const copy = mkdtempSync(join(tmpdir(), 'tollgate-mutation-'));
try {
  copyCode(copy);
  process.exitCode = (await checkAll(copy)) ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** The code without a fault must pass, or nothing would be shown. */
async function checkAll(copy) {
  const sound = await runSuite(copy);
  if (sound.failed > 0) {
    console.log(`the suite falls short without a fault: ${sound.failed} failed`);
    return false;
  }
  let caught = 0;
  for (const fault of FAULTS) if (await isCaught(copy, fault)) caught++;
  console.log(`${FAULTS.length} planted, ${caught} caught`);
  return caught === FAULTS.length;
}

async function isCaught(copy, { name, file, find, plant, append = '' }) {
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  if (sound.split(find).length !== 2) {
    console.log(`not planted: ${name} (the text is not once in ${file})`);
    return false;
  }
  writeFileSync(path, `${sound.replace(find, () => plant)}\n${append}\n`);
  try {
    const { passed, failed } = await runSuite(copy);
    // A fault that lets nothing pass broke the program, not the arithmetic.
    if (failed > 0 && passed > 0) console.log(`caught by ${failed}: ${name}`);
    else console.log(`${passed === 0 ? 'breaks everything' : 'not caught'}: ${name}`);
    return failed > 0 && passed > 0;
  } finally {
    writeFileSync(path, sound);
  }
}

/** A process of its own, for modules stay loaded. */
async function runSuite(copy) {
  const program = pathToFileURL(join(copy, 'test', 'golden', 'dist', 'main.js')).href;
  const paths = [join(ROOT, 'test', 'golden', 'cases'), join(ROOT, 'docs', 'arithmetic.md')];
  const script = `import { main } from ${JSON.stringify(program)}; main(${JSON.stringify(paths)}, console.log);`;
  try {
    const output = await runNode(['--input-type=module', '--eval', script]);
    const [, passed, failed] = CLOSING_LINE.exec(output) ?? [];
    return { passed: Number(passed ?? 0), failed: Number(failed ?? 0) };
  } catch (error) {
    if (!(error instanceof RunFailed)) throw error;
    return { passed: 0, failed: 0 };
  }
}

function copyCode(copy) {
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  mkdirSync(join(copy, 'node_modules', '@tollgate'), { recursive: true });
  symlinkSync(join(copy, 'packages', 'kernel'), join(copy, 'node_modules', '@tollgate', 'kernel'));
  for (const name of LINKED) symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
}
