import tseslint from 'typescript-eslint';

const importLaw = (pattern, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex: pattern, message }] }],
});

/** Packages that only one file or folder may import; everybody else goes through that one. */
const OWNED = {
  kafkajs: 'packages/runtime/src/kafka.ts',
  ioredis: 'packages/runtime/src/redis.ts',
};

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '.tollgate/**', '**/*.mjs', 'eslint.config.js'],
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
  {
    files: ['**/config.ts', 'test/**', 'scripts/**', '**/*.test.ts', 'packages/testing/**', 'packages/local/**', 'codegen.ts', 'vitest.config.ts', 'prisma/prisma.config.ts', 'apps/demo/**'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**', 'packages/testing/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['subgraphs/*/src/domain/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      ...importLaw('^(?!@tollgate/kernel/|\\./)', 'domain/ imports @tollgate/kernel and its own folder, nothing else.'),
      'no-restricted-globals': ['error', 'Date', 'process', 'fetch', 'setTimeout', 'setInterval', 'console'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness is an argument.' }],
      'no-restricted-syntax': ['error', { selector: '[async=true]', message: 'domain/ is synchronous.' }],
    },
  },
  {
    files: ['packages/kernel/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      ...importLaw('^(?!temporal-polyfill$|\\./)', 'kernel imports temporal-polyfill and its own folder, nothing else.'),
      'no-restricted-globals': ['error', 'Date', 'process', 'fetch', 'setTimeout', 'setInterval', 'console'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness is an argument.' }],
      'no-restricted-syntax': ['error', { selector: '[async=true]', message: 'kernel is synchronous.' }],
    },
  },
);
