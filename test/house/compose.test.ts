import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { readServiceConfig } from '@tollgate/runtime/base/config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly profiles?: readonly string[];
  readonly build?: { readonly target: string };
  readonly pull_policy?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What an operator has to give: `${NAME:?…}`; and what they may give: `${NAME:-default}`. */
const REQUIRED = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name ?? ''));
const OPTIONAL = new Set([...text.matchAll(/\$\{(\w+):-/g)].map(([, name]) => name ?? ''));

/** A service's environment as compose would give it when the operator sets what is required and nothing else. */
function environmentOf(name: string): Record<string, string> {
  const given = Object.entries(services[name]?.environment ?? {});
  const filled = (value: string): string =>
    value
      .replace(/\$\{\w+:\?[^}]*\}/g, 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3')
      .replace(/\$\{\w+:-([^}]*)\}/g, (_all, fallback: string) => fallback);
  return Object.fromEntries(given.map(([key, value]) => [key, filled(String(value))]));
}

/** Names that a config.ts reads: keys of its schema, or names its reader asks for. */
function namesReadBy(path: string): Set<string> {
  const source = existsSync(join(ROOT, path)) ? read(path) : '';
  const keys = [...source.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)];
  const asked = [...source.matchAll(/'([A-Z][A-Z0-9_]{3,})'/g)];
  return new Set([...keys, ...asked].map(([, name]) => name ?? ''));
}

const SHARED = namesReadBy('packages/runtime/src/base/config.ts');
/** Containers log to standard output, and the image holds the schema. */
const SETTLED = new Set(['LOG_FILE', 'SUPERGRAPH_PATH', 'DATABASE_ADMIN_URL', 'APOLLO_TELEMETRY_DISABLED']);
/** Every service and what it reads. */
const READERS: readonly (readonly [string, ReadonlySet<string>])[] = [
  ['gateway', namesReadBy('gateway/src/config.ts')],
  ...SUBGRAPHS.map((name) => {
    const own = namesReadBy(`subgraphs/${name}/src/config.ts`);
    return [name, new Set([...SHARED, ...own])] as const;
  }),
];

/** The real reader of a subgraph's or the gateway's own options, where it has some. */
async function ownReader(path: string): Promise<((environment: object) => unknown) | undefined> {
  const module = (await import(pathToFileURL(join(ROOT, path)).href)) as Record<string, unknown>;
  const reader = Object.entries(module).find(([name]) => /^read\w*Config$/.test(name))?.[1];
  return reader as ((environment: object) => unknown) | undefined;
}

describe('docker-compose.yml', () => {
  test.each(SUBGRAPHS)('%s gets every option it needs and none it does not read', async (name) => {
    const environment = environmentOf(name);
    const config = `subgraphs/${name}/src/config.ts`;
    const known = new Set([...SHARED, ...namesReadBy(config), 'SERVICE_NAME']);
    expect(Object.keys(environment).filter((one) => !known.has(one))).toEqual([]);
    expect(() => readServiceConfig(environment)).not.toThrow();
    const readOwn = await ownReader(config);
    expect(() => readOwn?.(environment)).not.toThrow();
  });

  test('the gateway gets every option it needs and none it does not read', async () => {
    const environment = environmentOf('gateway');
    const urls = SUBGRAPHS.map((name) => `${name.toUpperCase()}_URL`);
    const known = new Set([...namesReadBy('gateway/src/config.ts'), ...urls]);
    expect(Object.keys(environment).filter((one) => !known.has(one))).toEqual([]);
    const { readConfig } = (await import(pathToFileURL(join(ROOT, 'gateway/src/config.ts')).href)) as {
      readConfig(environment: object): unknown;
    };
    expect(() => readConfig(environment)).not.toThrow();
  });

  test('a service that lacks a secret does not start', () => {
    const { INTERNAL_IDENTITY_SECRET: _secret, ...rest } = environmentOf('usage');
    expect(() => readServiceConfig(rest)).toThrow('INTERNAL_IDENTITY_SECRET');
  });

  test('secrets have no defaults, and .env.example names all that an operator gives', () => {
    const example = read('.env.example');
    for (const name of REQUIRED) expect(example).toContain(`\n${name}=\n`);
    const defaults = [...OPTIONAL].filter((name) => /SECRET|PASSWORD|KEY/.test(name));
    expect(defaults).toEqual(['STAFF_DEV_SECRET']);
    expect(text).toContain('${STAFF_DEV_SECRET:-}');
    expect(text).not.toMatch(/(PASSWORD|SECRET\w*|_KEY): ['"]?\w/);
  });

  test('only migrations and tenancy hold the owner’s login', () => {
    const owners = Object.entries(services).filter(([, one]) => one.environment?.['DATABASE_ADMIN_URL']);
    expect(owners.map(([name]) => name).sort()).toEqual(['migrate', 'tenancy']);
  });

  test('everything that others wait for has a health check, and they wait for it', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        const wanted = other === 'migrate' ? 'service_completed_successfully' : 'service_healthy';
        expect({ name, other, condition }).toEqual({ name, other, condition: wanted });
        if (other !== 'migrate') expect(services[other]?.healthcheck?.test.length).toBeGreaterThan(1);
      }
    }
    for (const name of ['gateway', ...SUBGRAPHS]) {
      // Text, all of it: YAML makes a mapping of an unquoted `a: b`.
      expect(services[name]?.healthcheck?.test.map((part) => typeof part)).toEqual(Array(4).fill('string'));
      expect(services[name]?.healthcheck?.test[3]).toContain('/ready');
    }
    expect(Object.keys(services['gateway']?.depends_on ?? {}).sort()).toEqual(
      ['migrate', ...SUBGRAPHS].sort(),
    );
  });

  test('the provider sandbox runs for developers only, and on another image', () => {
    expect(services['provider-sandbox']?.profiles).toEqual(['dev']);
    expect(services['provider-sandbox']?.build?.target).toBe('build');
    expect(services['provider-sandbox']?.image).not.toBe(services['payments']?.image);
  });

  test('one service builds the image, and all that use it wait for that one', () => {
    expect(services['migrate']?.build?.target).toBe('production');
    for (const name of ['gateway', ...SUBGRAPHS]) {
      const { image, build, pull_policy, depends_on } = services[name] ?? {};
      expect({ name, image, build, pull_policy }).toEqual({
        name,
        image: services['migrate']?.image,
        build: undefined,
        pull_policy: 'never',
      });
      expect(depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
    }
  });

  test('.env can set every option that a service reads, but for those that the containers settle', () => {
    for (const [name, read] of READERS) {
      const given = services[name]?.environment ?? {};
      const missing = [...read].filter((one) => given[one] === undefined && !SETTLED.has(one));
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
    const example = read('.env.example');
    for (const name of [...REQUIRED, ...OPTIONAL]) expect(example).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const [, packages = '', production = ''] = dockerfile.split(/^FROM .* AS (?:packages|production)$/m);
  const copied = [...`${packages}${production}`.matchAll(/^COPY (?:--from=\w+ )?(.+)$/gm)].map(
    ([, what]) => what ?? '',
  );

  test('the production image holds no sandbox, demo, test or embedded database', () => {
    expect(copied.length).toBeGreaterThan(20);
    for (const what of copied) {
      expect(what).not.toMatch(/provider-sandbox|apps\b|test|packages\/(local|testing)/);
    }
    expect(packages).not.toMatch(/^COPY (--from=build )?\.( |$)/m);
    expect(production).not.toMatch(/--from=build \/tollgate \.|^COPY \. /m);
  });

  test('every file that the production image copies exists, or is built', () => {
    const sources = [...`${packages}${production}`.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, what]) => (what ?? '').split(' '),
    );
    for (const path of sources)
      expect({ path, exists: existsSync(join(ROOT, path)) }).toEqual({ path, exists: true });
    for (const [, built] of production.matchAll(/--from=build \/tollgate\/(\S+)\/dist /g)) {
      expect(existsSync(join(ROOT, built ?? '', 'package.json'))).toBe(true);
    }
  });

  test('nothing that the build needs is kept from it', () => {
    const ignored = read('.dockerignore').split('\n').filter(Boolean);
    const { references } = JSON.parse(read('tsconfig.json')) as { references: { path: string }[] };
    const needed = [
      ...references.map((one) => one.path),
      'scripts',
      'docs',
      'codegen.ts',
      'package-lock.json',
    ];
    expect(needed.filter((path) => ignored.includes(path.split('/')[0] ?? ''))).toEqual([]);
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '**/node_modules', '**/dist']));
  });

  test('every command that compose runs is in the image', () => {
    for (const name of ['gateway', 'migrate', ...SUBGRAPHS]) {
      const [program, path = ''] = services[name]?.command ?? [];
      expect(program).toBe('node');
      expect(
        copied.some((what) => path.startsWith(what.split(' ')[0]?.replace('/tollgate/', '') ?? '-')),
      ).toBe(true);
    }
  });

  test('it runs as a user without rights', () => {
    expect(production).toMatch(/^USER node$/m);
  });
});
