import type { CodegenConfig } from '@graphql-codegen/cli';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What a resolver hands on: every scalar of the type; objects, JSON ones too, only where they are at hand already, for
 * they have resolvers of their own. A parent is always loaded: `__resolveReference` never passes a bare reference on. Lists
 * are counted only where that is selected.
 */
const LOADED = `
type Loaded<T> = [Own<T>] extends [never] ? Each<T> : Each<Own<T>>;
type Own<T> = T extends PromiseLike<unknown> | { readonly __typename: string } ? never : T;
type Each<T> =
  T extends PromiseLike<infer U> ? Promise<Each<U>>
  : T extends ReadonlyArray<infer U> ? ReadonlyArray<Each<U>>
  : T extends object ? (string extends keyof T ? T : Fields<T>)
  : T;
type Fields<T> =
  { readonly [K in keyof T as true extends IsObject<T[K]> ? never : K]: K extends 'totalCount' ? T[K] | Promise<T[K]> : T[K] } &
  { readonly [K in keyof T as true extends IsObject<T[K]> ? K : never]?: Each<T[K]> };
type IsObject<T> =
  T extends ReadonlyArray<infer U> ? IsObject<U>
  : T extends object ? true
  : false;`;

const typed = (type: string) => ({ input: type, output: type });

const config = {
  strictScalars: true,
  defaultScalarType: 'unknown',
  scalars: {
    ID: typed('string'),
    Decimal: typed('string'),
    BigInt: typed('string'),
    DateTime: typed('string'),
    Date: typed('string'),
    Currency: typed('string'),
    TimeZone: typed('string'),
    Country: typed('string'),
    JSON: typed('unknown'),
    JSONObject: typed('Readonly<Record<string, unknown>>'),
    // Federation's own scalars.
    _Any: typed('unknown'),
    _FieldSet: typed('string'),
    FieldSet: typed('string'),
  },
  federation: true,
  immutableTypes: true,
  useTypeImports: true,
  enumsAsTypes: true,
  useIndexSignature: false,
  resolversNonOptionalTypename: { unionMember: true, interfaceImplementingType: true },
  avoidOptionals: { field: true, object: false, inputValue: false, defaultValue: true, resolvers: false },
  defaultMapper: 'Loaded<{T}>',
  contextType: '@tollgate/runtime/graphql/context#RequestContext',
  emitLegacyCommonJSImports: false,
  importExtension: '.js',
};

const present = SUBGRAPHS.filter((name) => existsSync(`subgraphs/${name}/schema`));

const codegen: CodegenConfig = {
  silent: true,
  generates: Object.fromEntries(
    present.map((name) => [
      `subgraphs/${name}/src/generated/graphql.ts`,
      {
        schema: readSubgraphSdl(pathToFileURL(resolve(`subgraphs/${name}/`) + '/')),
        plugins: [
          { add: { content: `/* Generated from schema/*.graphql by npm run generate. */${LOADED}` } },
          'typescript',
          'typescript-resolvers',
        ],
        config,
      },
    ]),
  ),
};

export default codegen;
