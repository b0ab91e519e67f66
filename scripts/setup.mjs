// Makes a clone ready to run: installs, generates and compiles what is missing or out of date, and nothing else.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentFingerprint, fileHash, sourceFiles, stampFingerprint } from './lib/fingerprint.mjs';
import { withLock } from './lib/lock.mjs';
import { runNode, runNpm } from './lib/run.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MIN = [20, 19];
const NPM_LINES_MAX = 20;
/** A minute of silence looks like a hang. */
const PROGRESS_EVERY_MS = 3_000;

/** Brings the tree up to date; throws with the reason when it cannot. Safe to run in several processes at once. */
export async function setup({ quiet = false, root = ROOT } = {}) {
  checkNode(process.versions.node);
  if (isReady(root)) return;
  const say = quiet ? () => undefined : (line) => console.log(`setup: ${line}`);
  const lock = join(root, '.cache', 'setup.lock');
  await withLock(
    lock,
    () => update(root, say),
    (pid) => say(`waiting for process ${pid}, which sets up this folder`),
  );
}

/** Throws when this Node is too old. */
export function checkNode(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new Error(
    `Tollgate needs Node ${NODE_MIN.join('.')} or later, this is ${version} (https://nodejs.org)`,
  );
}

const isReady = (root) => isInstalled(root) && isGenerated(root) && isBuilt(root);

async function update(root, say) {
  if (!isInstalled(root)) await step(say, 'installing packages', () => install(root));
  if (!isGenerated(root)) await step(say, 'generating', (tell) => generate(root, tell));
  if (!isBuilt(root)) await step(say, 'compiling', (tell) => build(root, tell));
}

async function step(say, name, work) {
  const start = performance.now();
  const seconds = (digits) => ((performance.now() - start) / 1_000).toFixed(digits);
  let progress = '';
  say(`${name} …`);
  const beat = setInterval(() => say(`${name} … ${progress}${seconds(0)} s`), PROGRESS_EVERY_MS);
  try {
    await work((text) => (progress = `${text}, `));
  } finally {
    clearInterval(beat);
  }
  say(`${name} done in ${seconds(1)} s`);
}

// Packages

const installStamp = (root) => join(root, 'node_modules', '.tollgate-lock');

const isInstalled = (root) =>
  existsSync(installStamp(root)) &&
  readFileSync(installStamp(root), 'utf8') === fileHash(join(root, 'package-lock.json'));

async function install(root) {
  const wanted = fileHash(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new Error('package-lock.json is missing: this is not a whole clone');
  if (!agreesWithLock(root)) await cleanInstall(root);
  writeFileSync(installStamp(root), wanted);
}

/** npm says first what is wrong, and then a page about how to call it. */
async function cleanInstall(root) {
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await runNpm(args, { cwd: root }).catch((error) => {
    throw new Error(error.message.split('\n').slice(0, NPM_LINES_MAX).join('\n'));
  });
}

/** Somebody may have run `npm install` by hand: npm's own record says so, and a second install would be in the way. */
function agreesWithLock(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesIn(record);
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const isSame = ([path, { version }]) => wanted[path] !== undefined && wanted[path].version === version;
  const isThere = ([path, { optional, devOptional }]) =>
    optional || devOptional || !path.includes('node_modules/') || installed[path] !== undefined;
  return Object.entries(installed).every(isSame) && Object.entries(wanted).every(isThere);
}

const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

// Generated sources

const GENERATORS = [
  'codegen.ts',
  'gateway/src/base/errors.ts',
  'packages/runtime/src/graphql/sdl.ts',
  'packages/runtime/src/base/errors.ts',
  'scripts/compose.mjs',
  'scripts/error-pages.mjs',
  'scripts/generate.mjs',
];

/** What sources are compiled from; pages that are read off the compiled sources are not among them. */
const SOURCE_STEPS = ['prisma', 'packages', 'resolver types', 'json schemas', 'supergraph', 'error pages'];

const isGenerationInput = (path) =>
  /^(packages|subgraphs)\/.*\.graphql$/.test(path) ||
  (path.startsWith('prisma/') && path.endsWith('.prisma')) ||
  path.startsWith('packages/contracts/src/') ||
  GENERATORS.includes(path);

const generationInputs = (root) => contentFingerprint(root, sourceFiles(root).filter(isGenerationInput));

function isGenerated(root) {
  const stamp = readStamp(root, 'generated');
  return (
    stamp?.inputs === generationInputs(root) && stamp.outputs.every((path) => existsSync(join(root, path)))
  );
}

async function generate(root, tell) {
  const inputs = generationInputs(root);
  const onLine = (line) => tell(line.replace(/^generate: /, ''));
  await runNode(['scripts/generate.mjs', ...SOURCE_STEPS], { cwd: root, onLine });
  writeStamp(root, 'generated', { inputs, outputs: generatedFolders(root) });
}

/** The folders called `generated` beside or below the sources: whoever deletes one gets it back. */
function generatedFolders(root) {
  const parents = new Set(sourceFiles(root).flatMap((path) => ancestorsOf(path)));
  return [...parents].map((parent) => `${parent}/generated`).filter((path) => existsSync(join(root, path)));
}

const ancestorsOf = (path) => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

// Compiled sources

const isBuildInput = (path) =>
  (path.endsWith('.ts') &&
    !path.endsWith('.test.ts') &&
    /^(packages|prisma|subgraphs|gateway|apps)\//.test(path)) ||
  /(^|\/)(tsconfig[^/]*|package)\.json$/.test(path);

const buildInputs = (root) =>
  `${readStamp(root, 'generated')?.inputs}:${stampFingerprint(root, sourceFiles(root).filter(isBuildInput))}`;

function isBuilt(root) {
  const stamp = readStamp(root, 'built');
  return stamp?.inputs === buildInputs(root) && stamp.outputs.every((path) => existsSync(join(root, path)));
}

async function build(root, tell) {
  const inputs = buildInputs(root);
  await compile(root, tell);
  writeStamp(root, 'built', { inputs, outputs: distFolders(root) });
}

/** The compiler lists the projects first and then says which of them it looks at. */
function compile(root, tell) {
  let projects = 0;
  let seen = 0;
  const onLine = (line) => {
    if (/^ +\* .*tsconfig[^/]*\.json$/.test(line)) projects += 1;
    else if (/Project '.*' is (up to date|out of date)/.test(line))
      tell(`project ${(seen += 1)} of ${projects}`);
    else if (/error TS/.test(line)) errors.push(line);
  };
  const errors = [];
  const args = [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', '--verbose'];
  return runNode(args, { cwd: root, onLine }).catch((error) => {
    throw errors.length === 0 ? error : new Error(`the sources do not compile:\n${errors.join('\n')}`);
  });
}

const distFolders = (root) =>
  ['prisma', 'gateway', ...['packages', 'subgraphs', 'apps'].flatMap((folder) => children(root, folder))]
    .map((path) => `${path}/dist`)
    .filter((path) => existsSync(join(root, path)));

const children = (root, folder) =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [];

// What was done last; in node_modules, so that a fresh install does everything again.

const stampFile = (root, name) => join(root, 'node_modules', '.cache', 'tollgate', `${name}.json`);

function readStamp(root, name) {
  try {
    return JSON.parse(readFileSync(stampFile(root, name), 'utf8'));
  } catch {
    return undefined;
  }
}

function writeStamp(root, name, stamp) {
  mkdirSync(dirname(stampFile(root, name)), { recursive: true });
  writeFileSync(stampFile(root, name), JSON.stringify(stamp));
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setup().catch((error) => {
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  });
}
