import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPTS = dirname(fileURLToPath(import.meta.url));
const QUICK_MS_MAX = 150;
let root: string;

/** A small clone with the real scripts and the real compiler; its generator counts how often it ran. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tollgate-setup-'));
  await mkdir(join(root, 'node_modules'));
  await symlink(join(SCRIPTS, '..', 'node_modules', 'typescript'), join(root, 'node_modules', 'typescript'));
  await cp(join(SCRIPTS, 'lib'), join(root, 'scripts', 'lib'), { recursive: true });
  await cp(join(SCRIPTS, 'setup.mjs'), join(root, 'scripts', 'setup.mjs'));
  await put('scripts/generate.mjs', `(await import('node:fs')).appendFileSync('generated.log', 'x');`);
  await put('package-lock.json', '{"packages":{"":{}}}');
  await put('node_modules/.package-lock.json', '{"packages":{}}');
  await put('tsconfig.json', '{"files":[],"references":[{"path":"packages/a"}]}');
  await put(
    'packages/a/tsconfig.json',
    '{"compilerOptions":{"composite":true,"rootDir":"src","outDir":"dist","types":[]},"include":["src"]}',
  );
  await put('packages/a/src/a.ts', 'export const a = 1;\n');
  await put('subgraphs/s/schema/a.graphql', 'type Query { a: Int }\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

const runSetup = async (): Promise<{ code: number; output: string; ms: number }> => {
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, 'scripts', 'setup.mjs')], { cwd: tmpdir() });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output, ms: performance.now() - start };
};

const generations = async (): Promise<number> => (await readFile(join(root, 'generated.log'), 'utf8')).length;

test('a second setup of an unchanged tree does nothing and says nothing', async () => {
  expect((await runSetup()).code).toBe(0);
  const before = await stat(join(root, 'packages/a/dist/a.js'));
  const again = await runSetup();
  expect(again).toMatchObject({ code: 0, output: '' });
  expect((await stat(join(root, 'packages/a/dist/a.js'))).mtimeMs).toBe(before.mtimeMs);
  expect(await generations()).toBe(1);
  const { setup } = (await import(join(root, 'scripts', 'setup.mjs'))) as {
    setup(options: { root: string }): Promise<void>;
  };
  const start = performance.now();
  await setup({ root });
  expect(performance.now() - start).toBeLessThan(QUICK_MS_MAX);
});

test('a changed source is compiled again, a changed schema is generated again', async () => {
  await runSetup();
  await appendFile(join(root, 'packages/a/src/a.ts'), 'export const b = 2;\n');
  await runSetup();
  expect(await readFile(join(root, 'packages/a/dist/a.js'), 'utf8')).toContain('b = 2');
  expect(await generations()).toBe(1);
  await put('subgraphs/s/schema/a.graphql', 'type Query { b: Int }\n');
  await runSetup();
  expect(await generations()).toBe(2);
});

test('a source that does not compile ends setup with the error and a failure code', async () => {
  await put('packages/a/src/a.ts', 'export const a: string = 1;\n');
  const failed = await runSetup();
  expect(failed.code).toBe(1);
  expect(failed.output).toContain(`Type 'number' is not assignable to type 'string'`);
});

test('several setups at once do the work once, and a lock whose holder died is no obstacle', async () => {
  await put('.cache/setup.lock', '999999999');
  const all = await Promise.all([runSetup(), runSetup(), runSetup()]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await generations()).toBe(1);
});

test('what takes long says how far it is', async () => {
  await put(
    'scripts/generate.mjs',
    `console.log('generate: half of it'); await new Promise((resolve) => setTimeout(resolve, 4_000));`,
  );
  expect((await runSetup()).output).toMatch(/generating … half of it, 3 s/);
});
