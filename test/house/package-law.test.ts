import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('project references', () => {
  const below: Readonly<Record<string, readonly string[]>> = {
    'packages/kernel': [],
    'packages/contracts': ['packages/kernel'],
    'packages/local': [],
    'packages/client': [],
    prisma: [],
    'packages/runtime': ['packages/kernel', 'packages/contracts', 'prisma'],
    gateway: ['packages/kernel', 'packages/contracts', 'packages/runtime'],
    ...Object.fromEntries(
      SUBGRAPHS.flatMap((name): [string, string[]][] => [
        [`subgraphs/${name}/tsconfig.domain.json`, ['packages/kernel']],
        [
          `subgraphs/${name}`,
          [
            `subgraphs/${name}/tsconfig.domain.json`,
            'packages/kernel',
            'packages/contracts',
            'packages/runtime',
            'prisma',
          ],
        ],
      ]),
    ),
  };

  test.each(Object.entries(below))('%s builds on nothing but what is below it', (folder, allowed) => {
    const path = join(ROOT, folder.endsWith('.json') ? folder : join(folder, 'tsconfig.json'));
    const { config } = ts.readConfigFile(path, ts.sys.readFile) as {
      config: { references?: readonly { path: string }[] };
    };
    const referenced = (config.references ?? []).map((one) =>
      relative(ROOT, resolve(dirname(path), one.path)).replaceAll(sep, '/'),
    );
    expect(referenced.filter((one) => !allowed.includes(one))).toEqual([]);
  });
});

describe('package exports', () => {
  const imports = [...SUBGRAPHS, 'gateway'].flatMap((name) => [
    `@tollgate/${name}`,
    `@tollgate/${name}/dist/main.js`,
    `@tollgate/${name}/src/main.ts`,
  ]);

  test('Node refuses every path into a subgraph and into the gateway', () => {
    const code = `
      const names = ${JSON.stringify(imports)};
      const codeOf = (name) => import(name).then(() => 'imported', (error) => error.code);
      console.log(JSON.stringify(await Promise.all(names.map(codeOf))));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT });
    expect(JSON.parse(output.toString())).toEqual(imports.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED'));
  });

  test('no package names a subgraph or the gateway among its dependencies', () => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      workspaces: string[];
    };
    const manifests = workspaces.flatMap((pattern) =>
      ts.sys.readDirectory(ROOT, ['.json'], ['**/node_modules', '**/dist'], [`${pattern}/package.json`]),
    );
    expect(manifests.length).toBeGreaterThan(10);
    for (const path of manifests) {
      const { dependencies = {} } = JSON.parse(readFileSync(path, 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      const named = Object.keys(dependencies).filter((name) =>
        [...SUBGRAPHS, 'gateway'].some((part) => name === `@tollgate/${part}`),
      );
      expect({ path, named }).toEqual({ path, named: [] });
    }
  });
});
