import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { describe, expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const eslint = new ESLint({ cwd: ROOT });

// The first lint and the first compilation load their tools; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** Rules that fire on a text as if it stood at this path. */
async function faultsOf(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, path) });
  return (result?.messages ?? []).map((one) => one.ruleId ?? one.message);
}

const importing = (name: string): string => `import * as planted from '${name}';\nexport { planted };\n`;

describe('ESLint', () => {
  const refused: readonly (readonly [string, string])[] = [
    // A value world: kernel and domain.
    ['packages/kernel/src/planted.ts', 'node:fs'],
    ['packages/kernel/src/planted.ts', '@tollgate/contracts/usage/meter'],
    ['subgraphs/usage/src/meter/domain/planted.ts', 'node:crypto'],
    ['subgraphs/usage/src/meter/domain/planted.ts', '@tollgate/runtime/db'],
    ['subgraphs/usage/src/meter/domain/planted.ts', '@tollgate/contracts/usage/meter'],
    ['subgraphs/usage/src/meter/domain/planted.ts', '../store.js'],
    ['subgraphs/usage/src/meter/domain/planted.ts', 'graphql'],
    // Downwards only.
    ['packages/contracts/src/planted.ts', '@tollgate/runtime/outbox'],
    ['packages/contracts/src/planted.ts', 'graphql'],
    ['packages/runtime/src/planted.ts', '@tollgate/testing/stack'],
    ['packages/runtime/src/planted.ts', '@tollgate/usage'],
    ['packages/runtime/src/planted.ts', '../../../subgraphs/usage/src/store.js'],
    ['packages/local/src/planted.ts', '@tollgate/runtime/db'],
    ['prisma/planted.ts', '@tollgate/runtime/db'],
    ['apps/demo/src/planted.ts', '@tollgate/runtime/identity'],
    ['apps/scenario/src/planted.ts', '@tollgate/kernel/number/decimal'],
    ['apps/attack/src/planted.ts', '@tollgate/contracts/usage/meter'],
    ['packages/client/src/planted.ts', '@tollgate/runtime/identity'],
    ['gateway/src/planted.ts', '@tollgate/usage/main'],
    ['gateway/src/planted.ts', '../../subgraphs/usage/src/store.js'],
    ['gateway/src/planted.ts', '@tollgate/prisma/tenant'],
    ['subgraphs/usage/src/planted.ts', '@tollgate/plans'],
    ['subgraphs/usage/src/planted.ts', '../../plans/src/store.js'],
    ['subgraphs/usage/src/planted.ts', '../../../gateway/src/limits.js'],
    ['subgraphs/usage/src/planted.ts', '@tollgate/testing/stack'],
    ['subgraphs/usage/test/planted.int.test.ts', '../../plans/src/store.js'],
    // One importer for each dependency.
    ['packages/runtime/src/messaging/relay.ts', 'kafkajs'],
    ['packages/runtime/src/live/live.ts', 'ioredis'],
    ['packages/runtime/src/messaging/kafka.ts', 'ioredis'],
    ['packages/runtime/src/journal/journal.ts', 'pg'],
    ['subgraphs/usage/src/event/store.ts', 'pg'],
    ['subgraphs/usage/src/live/live.ts', 'ioredis'],
    ['subgraphs/payments/src/payment/handlers.ts', 'stripe'],
    ['subgraphs/payments/src/payment/handlers.ts', '@paypal/paypal-server-sdk'],
    ['subgraphs/payments/src/payment/handlers.ts', 'axios'],
    ['subgraphs/usage/src/total/resolvers.ts', 'graphql-ws'],
    ['apps/demo/src/stream.ts', 'graphql-ws'],
    ['packages/runtime/src/graphql/server.ts', '@apollo/gateway'],
    ['packages/runtime/src/graphql/executor.ts', '@apollo/query-planner'],
    ['gateway/src/endpoints/remote.ts', 'undici'],
  ];

  test.each(refused)('%s may not import %s', async (path, name) => {
    expect(await faultsOf(path, importing(name))).toContainEqual(
      expect.stringMatching(/no-restricted-imports$/),
    );
  });

  const allowed: readonly (readonly [string, string])[] = [
    ['packages/kernel/src/planted.ts', 'temporal-polyfill'],
    ['subgraphs/usage/src/meter/domain/planted.ts', '@tollgate/kernel/decision'],
    ['subgraphs/usage/src/meter/domain/planted.ts', './meter.js'],
    ['packages/contracts/src/planted.ts', 'zod'],
    ['packages/runtime/src/planted.ts', '@tollgate/contracts/usage/meter'],
    ['packages/runtime/src/messaging/kafka.ts', 'kafkajs'],
    ['packages/runtime/src/live/redis.ts', 'ioredis'],
    ['packages/runtime/src/database/pool.ts', 'pg'],
    ['packages/local/src/databases.ts', 'pg'],
    ['apps/demo/src/planted.ts', '@tollgate/client/client'],
    ['packages/client/src/client.ts', 'graphql-ws'],
    ['subgraphs/payments/src/providers/stripe/provider.ts', 'stripe'],
    ['subgraphs/payments/src/providers/paypal/client.ts', 'axios'],
    ['subgraphs/usage/src/planted.ts', '@tollgate/runtime/db'],
    ['subgraphs/usage/src/planted.ts', './generated/graphql.js'],
    ['subgraphs/usage/test/event.int.test.ts', '../src/main.js'],
    ['gateway/src/federation/federation.ts', '@apollo/gateway'],
    ['gateway/src/endpoints/transport.ts', 'undici'],
    ['gateway/src/socket/socket.ts', 'graphql-ws'],
  ];

  test.each(allowed)('%s may import %s', async (path, name) => {
    expect(await faultsOf(path, importing(name))).toEqual([]);
  });

  test('a dynamic import does not get around the law', async () => {
    const code = `/** Planted. */\nexport const planted = () => import('kafkajs');\n`;
    expect(await faultsOf('packages/runtime/src/messaging/relay.ts', code)).toEqual(['no-restricted-syntax']);
    expect(await faultsOf('packages/runtime/src/messaging/kafka.ts', code)).toEqual([]);
  });

  test.each([
    ['the clock', 'export const planted = (): number => Date.now();', 'no-restricted-globals'],
    ['the network', "export const planted = (): unknown => fetch('http://x');", 'no-restricted-globals'],
    ['chance', 'export const planted = (): number => Math.random();', 'no-restricted-properties'],
    ['promises', 'export const planted = async (): Promise<void> => undefined;', 'no-restricted-syntax'],
    ['late imports', "export const planted = (): unknown => import('./meter.js');", 'no-restricted-syntax'],
    ['globals', 'export const planted = (): unknown => globalThis.name;', 'no-restricted-syntax'],
  ])('domain and kernel know nothing of %s', async (_what, code, rule) => {
    for (const folder of ['subgraphs/invoices/src/invoice/domain', 'packages/kernel/src']) {
      expect(await faultsOf(`${folder}/planted.ts`, `${code}\n`)).toContain(rule);
    }
  });

  test('only config.ts reads the environment', async () => {
    const code = `export const planted = process.env['DATABASE_URL'];\n`;
    for (const path of [
      'packages/runtime/src/database/db.ts',
      'subgraphs/usage/src/main.ts',
      'gateway/src/main.ts',
    ]) {
      expect(await faultsOf(path, code)).toEqual(['no-restricted-properties']);
    }
    expect(await faultsOf('subgraphs/usage/src/config.ts', code)).toEqual([]);
  });
});

/** Error messages of a text compiled as a file of this subgraph's domain project. */
function domainErrors(subgraph: string, code: string): string[] {
  const folder = join(ROOT, 'subgraphs', subgraph);
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.domain.json'), ts.sys.readFile) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  // Sources instead of builds, and nothing but the planted file: what counts is what its project lets it see.
  const asked = {
    ...options,
    customConditions: ['source'],
    noEmit: true,
    composite: false,
    incremental: false,
  };
  delete asked.rootDir;
  delete asked.tsBuildInfoFile;
  const planted = join(folder, 'src/planted/domain/planted.ts');
  const host = ts.createCompilerHost(asked);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    name === planted ? ts.createSourceFile(name, code, version) : read(name, version);
  const program = ts.createProgram([planted], asked, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map((one) => ts.flattenDiagnosticMessageText(one.messageText, '\n'));
}

describe('TypeScript', () => {
  const impure = `
    import { readFileSync } from 'node:fs';
    export const planted = [process.pid, fetch('http://x'), console, setTimeout, readFileSync];`;

  test.each(SUBGRAPHS)(
    "%s's domain does not compile with a process, a network, a console or files",
    (name) => {
      const errors = domainErrors(name, impure).join('\n');
      for (const word of ['process', 'fetch', 'console', 'setTimeout', 'node:fs']) {
        expect(errors).toMatch(new RegExp(`Cannot find [^\\n]*'${word}'`));
      }
    },
  );

  test('a pure domain file compiles', () => {
    const pure = `
      import { accept } from '@tollgate/kernel/decision';
      export const planted = accept([{ type: 'MeterArchived' as const }]);`;
    expect(domainErrors('usage', pure)).toEqual([]);
  });

  test.each([
    ...SUBGRAPHS.map((name) => `subgraphs/${name}/tsconfig.domain.json`),
    'packages/kernel/tsconfig.json',
  ])("%s keeps tests, and with them Node's types, out of its project", (project) => {
    const path = join(ROOT, project);
    const { config } = ts.readConfigFile(path, ts.sys.readFile) as { config: Record<string, unknown> };
    expect(config['exclude']).toContain('**/*.test.ts');
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
    expect(options.types).toEqual([]);
    expect(options.lib).toEqual(['lib.es2022.d.ts']);
  });
});
