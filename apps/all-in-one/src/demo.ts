import { join } from 'node:path';
import { ROOT, type LocalConfig } from './config.js';
import {
  demoStaffToken,
  readSeeded,
  writeCredentials,
  writeSeeded,
  type DemoCredentials,
} from './demo-credentials.js';
import { issuePortalToken, seedDemo } from './seed.js';

export interface DemoOptions {
  readonly config: LocalConfig;
  readonly url: string;
  readonly staffSecret: string;
  /** Where the providers' stand-ins are; undefined where real ones are used. */
  readonly providersUrl?: string | undefined;
  readonly startedAt: number;
  readonly mode: 'single' | 'distributed';
  /** Process ids by service, for those who want to kill one. */
  readonly pids?: Readonly<Record<string, number | undefined>>;
}

/** Seeds the demo tenant once, issues fresh tokens, and says what to open and which keys to use. */
export async function openDemo(options: DemoOptions): Promise<void> {
  const { config, url } = options;
  const graphqlUrl = `${url}/graphql`;
  const staffToken = await demoStaffToken(options.staffSecret);
  const seeded = readSeeded(config.dataDir) ?? (await seedDemo(graphqlUrl, staffToken));
  writeSeeded(config.dataDir, seeded);
  const credentials: DemoCredentials = {
    graphqlUrl,
    subscriptionsUrl: graphqlUrl.replace(/^http/, 'ws'),
    playgroundUrl: `${url}/playground`,
    apiKey: seeded.apiKey,
    portalToken: await issuePortalToken(graphqlUrl, seeded),
    staffToken,
    ...(options.providersUrl !== undefined && { providersUrl: options.providersUrl }),
  };
  const path = join(
    config.environment['TOLLGATE_DATA'] ? config.dataDir : join(ROOT, '.tollgate'),
    'demo.json',
  );
  writeCredentials(path, { ...credentials, ...extras(options) });
  announce(options, credentials, path);
}

function extras(options: DemoOptions): object {
  return { mode: options.mode, ...(options.pids === undefined ? {} : { pids: options.pids }) };
}

function announce(
  { startedAt, config, mode }: DemoOptions,
  credentials: DemoCredentials,
  path: string,
): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`
Tollgate is ready (${seconds} s${mode === 'distributed' ? ', distributed' : ''})

  GraphQL        ${credentials.graphqlUrl}
  Subscriptions  ${credentials.subscriptionsUrl}
  Playground     ${credentials.playgroundUrl}

  API key        ${credentials.apiKey}
  Portal token   ${credentials.portalToken}
  Staff token    ${credentials.staffToken}

  The same is in ${path}; the log is in ${join(config.dataDir, mode === 'single' ? 'tollgate.log' : 'logs')}.
  Ctrl-C stops.

`);
}
