import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One import that leads from one folder to another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The files, from the sources' root. */
  readonly importer: string;
  readonly imported: string;
}

/** What stands outside of the nouns: generated types, and the composition, which names everything. */
const OUTSIDE = ['generated', 'dist'];

/** Imports between the folders below `src`, and the files beside them, which count as folders of their own. */
export function edgesIn(src: string): readonly Edge[] {
  const files = sourceFiles(src);
  return files.flatMap((importer) =>
    importsOf(join(src, importer)).flatMap((specifier) => {
      const imported = posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '.ts');
      const [from, to] = [folderOf(importer), folderOf(imported)];
      return files.includes(imported) && from !== to ? [{ from, to, importer, imported }] : [];
    }),
  );
}

/** The values' half of a noun, or the half around them. */
export function isDomain(file: string): boolean {
  return file.split('/')[1] === 'domain';
}

/** Every circle once, as a path to read: `a -> b (a/x.ts imports b/y.ts), b -> a (…)`; none is the promise. */
export function circlesIn(edges: readonly Edge[]): readonly string[] {
  const found = new Map<string, string>();
  for (const { from } of edges) {
    const circle = shortestCircle(edges, from);
    if (circle === null) continue;
    const key = circle
      .map((edge) => edge.from)
      .sort()
      .join(' ');
    if (!found.has(key)) found.set(key, circle.map(said).join(', '));
  }
  return [...found.values()];
}

const said = ({ from, to, importer, imported }: Edge): string =>
  `${from} -> ${to} (${importer} imports ${imported})`;

/** Breadth first, so that the path that is printed has no detour. */
function shortestCircle(edges: readonly Edge[], start: string): readonly Edge[] | null {
  const seen = new Set<string>();
  let paths: (readonly Edge[])[] = edges.filter((edge) => edge.from === start).map((edge) => [edge]);
  while (paths.length > 0) {
    const longer: (readonly Edge[])[] = [];
    for (const path of paths) {
      const end = path.at(-1)?.to ?? start;
      if (end === start) return path;
      if (seen.has(end)) continue;
      seen.add(end);
      longer.push(...edges.filter((edge) => edge.from === end).map((edge) => [...path, edge]));
    }
    paths = longer;
  }
  return null;
}

function sourceFiles(src: string, below = ''): string[] {
  return readdirSync(join(src, below), { withFileTypes: true })
    .filter((entry) => !OUTSIDE.includes(entry.name))
    .flatMap((entry) => {
      const path = posix.join(below, entry.name);
      if (entry.isDirectory()) return sourceFiles(src, path);
      return path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
    });
}

/** Types count as well: who names another's type cannot be understood without it. */
function importsOf(path: string): string[] {
  return ts
    .preProcessFile(readFileSync(path, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'));
}

/** The first folder of a path, or the file itself. */
function folderOf(file: string): string {
  return file.split('/')[0] ?? file;
}
