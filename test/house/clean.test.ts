import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changesBetween, generatedFiles, uncommitted } from '../../scripts/check-clean.mjs';

let root: string;
const put = (path: string, text: string): void => writeFileSync(join(root, path), text);
const git = (...args: string[]): void => {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root, stdio: 'ignore' });
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tollgate-clean-'));
  mkdirSync(join(root, 'packages/contracts/schemas'), { recursive: true });
  put('supergraph.graphql', 'one');
  put('packages/contracts/schemas/invoice.paid.v1.json', '{}');
  put('source.ts', 'ours');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'start');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a committed tree is clean', () => {
  expect(changesBetween(generatedFiles(root), generatedFiles(root))).toEqual([]);
  expect(uncommitted(root)).toEqual([]);
});

test('a generated file that changes, comes or goes is named', () => {
  const before = generatedFiles(root);
  put('supergraph.graphql', 'two');
  put('packages/contracts/schemas/invoice.voided.v1.json', '{}');
  rmSync(join(root, 'packages/contracts/schemas/invoice.paid.v1.json'));
  const changed = [
    'packages/contracts/schemas/invoice.paid.v1.json',
    'packages/contracts/schemas/invoice.voided.v1.json',
    'supergraph.graphql',
  ];
  expect(changesBetween(before, generatedFiles(root))).toEqual(changed);
  expect(uncommitted(root).sort()).toEqual(changed);
});

test('sources that somebody is working on do not count', () => {
  put('source.ts', 'changed');
  expect(uncommitted(root)).toEqual([]);
});
