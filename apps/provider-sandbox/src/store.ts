import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Records } from './records.js';

export type Kind = keyof Records;

/**
 * Everything the sandbox knows, in memory, with an append-only file behind it. What one request changes becomes one
 * line, written before the request is answered: a killed sandbox remembers all that it ever told anybody.
 */
export interface Store {
  get<K extends Kind>(kind: K, id: string): Records[K] | undefined;
  put<K extends Kind>(kind: K, id: string, value: Records[K]): void;
  remove(kind: Kind, id: string): void;
  /** In the order of first appearance. */
  all<K extends Kind>(kind: K): Records[K][];
  commit(): void;
  close(): void;
}

type Change = readonly [kind: Kind, id: string, value: unknown];

/** Without a file the state lives as long as the process. */
export function openStore(stateFile?: string): Store {
  const tables = new Map<Kind, Map<string, unknown>>();
  if (stateFile !== undefined && existsSync(stateFile)) replay(tables, readFileSync(stateFile, 'utf8'));
  const file = stateFile === undefined ? undefined : openSync(stateFile, 'a', 0o600);
  // A line cut short by a kill must not swallow the first line of this run.
  if (file !== undefined) writeSync(file, '\n');
  let pending: Change[] = [];

  const change = (entry: Change): void => {
    apply(tables, entry);
    pending.push(entry);
  };
  return {
    get: <K extends Kind>(kind: K, id: string) => tables.get(kind)?.get(id) as Records[K] | undefined,
    put: (kind, id, value) => change([kind, id, value]),
    remove: (kind, id) => change([kind, id, null]),
    all: <K extends Kind>(kind: K) => [...(tables.get(kind)?.values() ?? [])] as Records[K][],
    commit: () => {
      if (file !== undefined && pending.length > 0) writeSync(file, `${JSON.stringify(pending)}\n`);
      pending = [];
    },
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}

function apply(tables: Map<Kind, Map<string, unknown>>, [kind, id, value]: Change): void {
  const table = tables.get(kind) ?? new Map<string, unknown>();
  tables.set(kind, table);
  if (value === null) table.delete(id);
  else table.set(id, value);
}

function replay(tables: Map<Kind, Map<string, unknown>>, text: string): void {
  for (const line of text.split('\n')) {
    for (const entry of changesOf(line)) apply(tables, entry);
  }
}

/** A line that a kill cut short was never answered for: it is as if it had not happened. */
function changesOf(line: string): readonly Change[] {
  if (line === '') return [];
  try {
    return JSON.parse(line) as readonly Change[];
  } catch {
    return [];
  }
}
