// Regenerates what is generated and checked in, and fails where that changes anything: what people review is current.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Generated files and folders that people review, and the steps of generate.mjs that write them. */
const CHECKED_IN = ['supergraph.graphql', 'docs/errors.md', 'docs/subgraphs', 'packages/contracts/schemas'];
const STEPS = ['json schemas', 'supergraph', 'error pages', 'subgraph pages'];

/** Files under the checked-in paths, with their text. */
export function generatedFiles(root) {
  const files = new Map();
  for (const path of CHECKED_IN.filter((one) => existsSync(join(root, one)))) {
    const names = statSync(join(root, path)).isDirectory()
      ? readdirSync(join(root, path), { recursive: true }).map((name) => `${path}/${name}`)
      : [path];
    for (const name of names.filter((one) => statSync(join(root, one)).isFile()))
      files.set(name, readFileSync(join(root, name), 'utf8'));
  }
  return files;
}

/** Names of the files that came, went or changed. */
export function changesBetween(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

/** What git calls changed or untracked among the generated files; new ones count, which `git diff` would not see. */
export function uncommitted(root) {
  const output = execFileSync('git', ['status', '--porcelain', '--', ...CHECKED_IN], { cwd: root });
  return output
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(3));
}

function check() {
  const isCi = process.env.CI === 'true';
  const before = generatedFiles(ROOT);
  execFileSync(process.execPath, ['scripts/generate.mjs', ...(isCi ? [] : STEPS)], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const faults = changesBetween(before, generatedFiles(ROOT)).map((name) => `${name} was out of date`);
  // A developer may have what is generated from a schema that is not committed either.
  if (isCi) faults.push(...uncommitted(ROOT).map((name) => `${name} is not committed as it is generated`));
  for (const fault of faults) console.error(`check-clean: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('check-clean: generated files are current');
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) check();
