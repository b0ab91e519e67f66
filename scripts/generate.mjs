// Writes everything that is derived from a source file. Steps run in order; a step whose source is absent is skipped.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Its folders are the subgraphs; what is compiled from here on has them as a list. */
const SUBGRAPHS = readdirSync(new URL('../subgraphs/', import.meta.url));
const require = createRequire(import.meta.url);

/** Runs one Node program; its output is shown only when it fails, or when it has something to say. */
function run(args, { cwd = ROOT, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0 || !quiet) process.stdout.write(Buffer.concat(output));
      if (code === 0) resolve();
      else reject(new Error(`node ${args.join(' ')} ended with ${code}`));
    });
  });
}

/**
 * The client is WebAssembly, but the CLI wants a schema engine and would download one: any executable satisfies it,
 * for `generate` never starts it.
 */
const PRISMA_ENV = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
};

function prismaGenerate(schema) {
  const cli = require.resolve('prisma/build/index.js');
  const cwd = join(ROOT, 'prisma');
  return run([cli, 'generate', '--schema', schema, '--no-hints'], { cwd, env: PRISMA_ENV, quiet: true });
}

/** They are read off the compiled subgraphs; in the middle of a change these do not compile, and the pages wait. */
async function subgraphPages() {
  try {
    await run([at('node_modules/typescript/bin/tsc'), '-b'], { quiet: true });
  } catch {
    console.log('generate: subgraph pages left as they are, for the sources do not compile yet');
    return;
  }
  await run(['scripts/subgraph-pages.mjs']);
}

const at = (path) => join(ROOT, path);
const hasAnySchema = () => SUBGRAPHS.some((name) => existsSync(at(`subgraphs/${name}/schema`)));

/** `here` says whether the step's source exists. */
const STEPS = [
  {
    name: 'prisma',
    here: () => existsSync(at('prisma/control')) && existsSync(at('prisma/tenant')),
    run: () => Promise.all(['control', 'tenant'].map(prismaGenerate)),
  },
  {
    // The schemas are read, and the JSON Schemas written, by compiled packages.
    name: 'packages',
    here: () => existsSync(at('packages/runtime/tsconfig.json')),
    run: () => run([at('node_modules/typescript/bin/tsc'), '-b', 'packages/contracts', 'packages/runtime']),
  },
  {
    name: 'resolver types',
    here: hasAnySchema,
    run: () =>
      run([at('node_modules/@graphql-codegen/cli/cjs/bin.js'), '--config', 'codegen.ts'], { quiet: true }),
  },
  {
    name: 'json schemas',
    here: () => existsSync(at('packages/contracts/dist/write-schemas.js')),
    run: () => run(['packages/contracts/dist/write-schemas.js']),
  },
  {
    name: 'supergraph',
    here: () => SUBGRAPHS.every((name) => existsSync(at(`subgraphs/${name}/schema`))),
    run: () => run(['scripts/compose.mjs']),
  },
  {
    name: 'error pages',
    here: () => SUBGRAPHS.every((name) => existsSync(at(`subgraphs/${name}/schema`))),
    run: () => run(['scripts/error-pages.mjs']),
  },
  {
    name: 'subgraph pages',
    here: () => existsSync(at('docs')),
    run: subgraphPages,
  },
];

const unknown = process.argv.slice(2).filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')} (steps: ${STEPS.map((step) => step.name).join(', ')})`);
  process.exit(2);
}
const chosen = STEPS.filter((step) => process.argv.length === 2 || process.argv.includes(step.name));
for (const step of chosen) {
  if (!step.here()) {
    console.log(`generate: ${step.name} skipped, nothing to generate from`);
    continue;
  }
  const start = performance.now();
  try {
    await step.run();
  } catch (error) {
    console.error(`generate: ${step.name} failed: ${error.message}`);
    process.exit(1);
  }
  console.log(`generate: ${step.name} in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
}
