import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** What a file imports from this house: for values that run, and for types alone. */
interface Imports {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** Files of the domain and the kernel that nothing which runs comes to, from `root`, sorted. */
export function unreachable(root: string): string[] {
  const all = sourceFiles(root);
  const roots = all.filter((file) =>
    /^(subgraphs|apps)\/[^/]+\/src\/main\.ts$|^gateway\/src\/main\.ts$/.test(file),
  );
  const { running, mentioned } = walk(root, roots);
  const isReached = (file: string) => running.has(file) || (mentioned.has(file) && !hasValues(root, file));
  return all.filter((file) => isDomain(file) && !isReached(file)).sort();
}

/**
 * Files that run are imported for a value by files that run; what they import for its types is mentioned. A file of
 * types alone has nothing to run.
 */
function walk(root: string, roots: readonly string[]) {
  const running = new Set<string>();
  const mentioned = new Set<string>();
  const open = roots.map((file) => ({ file, runs: true }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { file, runs } = next;
    const seen = runs ? running : mentioned;
    if (seen.has(file)) continue;
    seen.add(file);
    const { values, types } = importsOf(root, file);
    open.push(...values.map((to) => ({ file: to, runs })), ...types.map((to) => ({ file: to, runs: false })));
  }
  return { running, mentioned };
}

function importsOf(root: string, file: string): Imports {
  const [values, types]: [string[], string[]] = [[], []];
  const add = (to: ts.Node | undefined, isType: boolean): void => {
    if (to === undefined || !ts.isStringLiteral(to)) return;
    const found = resolved(root, file, to.text);
    if (found !== null) (isType ? types : values).push(found);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    if (isDynamic || ts.isSourceFile(node)) ts.forEachChild(node, visit);
  };
  const source = parsed(root, file);
  const isDynamic = /\bimport\(/.test(source.text);
  visit(source);
  return { values, types };
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The file of this house that a specifier means; null for what comes from outside. */
function resolved(root: string, from: string, specifier: string): string | null {
  const inPackage = /^@tollgate\/(\w+)\/(.+)$/.exec(specifier);
  const path = specifier.startsWith('.')
    ? relative(root, resolve(root, dirname(from), specifier)).replace(/\.js$/, '.ts')
    : inPackage && `packages/${inPackage[1]}/src/${inPackage[2]}.ts`;
  return path !== null && existsSync(join(root, path)) ? path : null;
}

/** Whether something in the file outlives compilation. */
function hasValues(root: string, file: string): boolean {
  const isType = (node: ts.Statement): boolean =>
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    (ts.isExportDeclaration(node) && node.isTypeOnly);
  return !parsed(root, file).statements.every(isType);
}

const sources = new Map<string, ts.SourceFile>();

function parsed(root: string, file: string): ts.SourceFile {
  const path = join(root, file);
  const known = sources.get(path);
  if (known !== undefined) return known;
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  sources.set(path, source);
  return source;
}

const isDomain = (file: string) =>
  /^subgraphs\/[^/]+\/src\/[^/]+\/domain\//.test(file) || file.startsWith('packages/kernel/src/');

/** Source files of packages, subgraphs, apps and the gateway, without tests and what is generated. */
function sourceFiles(root: string): string[] {
  const homes = ['packages', 'subgraphs', 'apps'].flatMap((home) =>
    folders(root, home).map((name) => `${home}/${name}/src`),
  );
  return [...homes, 'gateway/src']
    .filter((home) => existsSync(join(root, home)))
    .flatMap((home) =>
      readdirSync(join(root, home), { recursive: true, encoding: 'utf8' }).map((path) => `${home}/${path}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$|\/generated\//.test(path));
}

function folders(root: string, home: string): string[] {
  const path = join(root, home);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
