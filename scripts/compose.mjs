// Composes the five subgraphs' schemas into supergraph.graphql, which is checked in because people review it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { composeServices } from '@apollo/composition';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { parse } from 'graphql';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SUPERGRAPH = join(ROOT, 'supergraph.graphql');

const folder = (name) => join(ROOT, 'subgraphs', name, '/');

/** The gateway replaces the address by its own settings; the name in it is what matters. */
function definition(name) {
  return {
    name,
    url: `http://${name}.subgraph/graphql`,
    typeDefs: parse(readSubgraphSdl(pathToFileURL(folder(name)))),
  };
}

/** A hint or error with the places it speaks of, for example `usage 12:3`. */
function describe(code, { message, nodes }) {
  const places = (nodes ?? [])
    .filter((node) => node.loc !== undefined)
    .map((node) => `${node.subgraph ?? '?'} ${node.loc.startToken.line}:${node.loc.startToken.column}`);
  return `${code}: ${message}${places.length > 0 ? `\n    at ${places.join(', ')}` : ''}`;
}

function fail(lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}

const missing = SUBGRAPHS.filter((name) => !existsSync(join(folder(name), 'schema')));
if (missing.length > 0) fail(missing.map((name) => `subgraphs/${name}/schema is missing`));

const { errors, hints, supergraphSdl } = composeServices(SUBGRAPHS.map(definition));
for (const hint of hints ?? []) console.warn(`hint ${describe(hint.definition.code, hint)}`);
if (errors !== undefined && errors.length > 0) {
  fail(errors.map((error) => `error ${describe(error.extensions?.code ?? 'UNKNOWN', error)}`));
}

const text = `${supergraphSdl.trim()}\n`;
const changed = !existsSync(SUPERGRAPH) || readFileSync(SUPERGRAPH, 'utf8') !== text;
if (changed) writeFileSync(SUPERGRAPH, text);
console.log(`supergraph.graphql ${changed ? 'written' : 'unchanged'} (${SUBGRAPHS.length} subgraphs)`);
