// npm run golden -- PATH…: runs golden case files, or folders of them; without a path the project's own copy
// and the examples of docs/arithmetic.md.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runNode } from './lib/run.mjs';
import { setup } from './setup.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OWN_CASES = [join(ROOT, 'test', 'golden', 'cases'), join(ROOT, 'docs', 'arithmetic.md')];

// npm moves to the package's folder; paths are meant from where the caller stands.
const from = process.env.INIT_CWD ?? process.cwd();
const paths = process.argv.slice(2).map((path) => resolve(from, path));

try {
  await setup({ quiet: true });
  await runNode([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'test/golden'], { cwd: ROOT });
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
const { main } = await import(pathToFileURL(join(ROOT, 'test', 'golden', 'dist', 'main.js')).href);
process.exitCode = main(paths.length === 0 ? OWN_CASES : paths, console.log) ? 0 : 1;
