import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCases, type Outcome } from './runner.js';

const PAGE_BLOCK = /^```json\n([\s\S]*?)^```$/gm;

/** Runs case files and folders of them, says what falls short, and answers whether everything passed. */
export function main(paths: readonly string[], say: (line: string) => void): boolean {
  const outcomes = paths.flatMap(outcomesAt);
  for (const outcome of outcomes) if (!outcome.passed) say(shown(outcome));
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  const failed = outcomes.length - passed;
  say(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

function outcomesAt(path: string): Outcome[] {
  const files = filesAt(path);
  return files.length === 0 ? [unreadable(path, 'a folder without case files')] : files.flatMap(runFile);
}

/** The JSON files of a folder and the folders in it, or the path itself. */
export function filesAt(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && name !== 'schema.json')
    .sort()
    .map((name) => join(path, name));
}

/** A JSON file of cases, or a page (`.md`) whose fenced JSON blocks are cases. */
export function runFile(file: string): Outcome[] {
  let content: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    content = file.endsWith('.md') ? casesOfPage(text) : JSON.parse(text);
  } catch (error) {
    return [unreadable(file, error instanceof Error ? error.message : String(error))];
  }
  return runCases(content, file);
}

function casesOfPage(text: string): unknown[] {
  return [...text.matchAll(PAGE_BLOCK)].map(([, block = '']): unknown => JSON.parse(block));
}

function unreadable(id: string, got: string): Outcome {
  return { passed: false, id, where: 'the file', expected: 'a JSON list of cases', got };
}

function shown(outcome: Extract<Outcome, { passed: false }>): string {
  const { id, where, expected, got } = outcome;
  return `${id}: ${where} differs; expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}
