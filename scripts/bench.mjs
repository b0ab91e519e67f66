// npm run bench -- NAME: one benchmark on what it starts itself. Its last line is `NAME key=value …`.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setup } from './setup.mjs';

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test', 'load');
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.replace('.bench.mjs', ''));
const [name] = process.argv.slice(2);
if (name === undefined || !existsSync(join(FOLDER, `${name}.bench.mjs`))) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exit(2);
}
await setup({ quiet: true });
const { bench } = await import(pathToFileURL(join(FOLDER, `${name}.bench.mjs`)).href);
const figures = await bench();
const shown = Object.entries(figures).map(
  ([key, value]) => `${key}=${typeof value === 'number' ? round(value) : value}`,
);
console.log(`${name} ${shown.join(' ')}`);
process.exit(0);

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toFixed(3));
}
