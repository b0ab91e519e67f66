import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { schemasDirectory, schemaFiles } from './schemas.js';

/** Writes the JSON Schema of every published event, and removes files that belong to none. */
const directory = schemasDirectory();
mkdirSync(directory, { recursive: true });
const files = schemaFiles();
for (const name of readdirSync(directory)) if (!files.has(name)) rmSync(new URL(name, directory));
for (const [name, text] of files) if (current(name) !== text) writeFileSync(new URL(name, directory), text);

function current(name: string): string | null {
  try {
    return readFileSync(new URL(name, directory), 'utf8');
  } catch {
    return null;
  }
}
