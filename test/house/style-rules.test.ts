import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const eslint = new ESLint({ cwd: ROOT });

// The first lint loads its tools; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

async function faultsOf(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, path) });
  return (result?.messages ?? []).map((one) => one.ruleId ?? one.message);
}

const DOCUMENTED = '/** Planted. */\n';
const lines = (count: number): string => 'planted();\n'.repeat(count);
const calls = 'declare function planted(): void;\n';

test.each([
  ['a file of 251 lines', 'gateway/src/planted.ts', calls + lines(250), 'max-lines'],
  ['a suite of 251 lines', 'gateway/test/planted.int.test.ts', calls + lines(250), 'max-lines'],
  [
    'a function of 50 lines',
    'packages/kernel/src/planted.ts',
    `${calls}${DOCUMENTED}export function long(): void {\n${lines(48)}}\n`,
    undefined,
  ],
  [
    'a function of 51 lines',
    'packages/kernel/src/planted.ts',
    `${calls}${DOCUMENTED}export function long(): void {\n${lines(49)}}\n`,
    'max-lines-per-function',
  ],
  [
    'a fourth parameter',
    'subgraphs/usage/src/planted.ts',
    `${DOCUMENTED}export const f = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n`,
    'max-params',
  ],
  [
    'an exported function without a word',
    'apps/demo/src/planted.ts',
    'export const f = (): number => 1;\n',
    'jsdoc/require-jsdoc',
  ],
  [
    'a function of its own file without a word',
    'apps/demo/src/planted.ts',
    'const f = (): number => 1;\nf();\n',
    undefined,
  ],
  [
    'a resolver that reads the store',
    'subgraphs/usage/src/meter/resolvers.ts',
    "import { find } from './store.js';\nfind();\n",
    'house/no-store-in-resolvers',
  ],
  [
    'SQL in a handler',
    'subgraphs/usage/src/meter/handlers.ts',
    "declare const tx: { query(text: string): void };\ntx.query('SELECT 1');\n",
    'house/no-query-outside-store',
  ],
  [
    'SQL in a store',
    'subgraphs/usage/src/meter/store.ts',
    "declare const tx: { query(text: string): void };\ntx.query('SELECT 1');\n",
    undefined,
  ],
  [
    'Prisma in a handler',
    'subgraphs/plans/src/plan/handlers.ts',
    'declare const tx: { prisma: { plan: object } };\nconst rows = tx.prisma.plan;\nvoid rows;\n',
    'house/no-query-outside-store',
  ],
])('%s (%s)', async (_title, path, code, rule) => {
  expect(await faultsOf(path, code)).toEqual(rule === undefined ? [] : [rule]);
});
