import { join } from 'node:path';
import { onStopSignal } from '@tollgate/runtime/service';
import { readLocalConfig } from './config.js';
import {
  demoStaffToken,
  readSeeded,
  writeCredentials,
  writeSeeded,
  type DemoCredentials,
} from './demo-credentials.js';
import { issuePortalToken, seedDemo } from './seed.js';
import { startSystem } from './system.js';

const startedAt = performance.now();

try {
  const config = readLocalConfig();
  const system = await startSystem(config);
  onStopSignal(async () => {
    say('\nstopping: finishing what is in hand …');
    await system.stop();
    say('stopped');
  });
  const credentials = await demo(system.url, config.dataDir, system.secrets.staffDev);
  writeCredentials(join(config.dataDir, 'demo.json'), credentials);
  announce(credentials, config.dataDir);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** Seeds once; issues fresh tokens at every start. */
async function demo(url: string, dataDir: string, staffSecret: string): Promise<DemoCredentials> {
  const graphqlUrl = `${url}/graphql`;
  const staffToken = await demoStaffToken(staffSecret);
  const seeded = readSeeded(dataDir) ?? (await seedDemo(graphqlUrl, staffToken));
  writeSeeded(dataDir, seeded);
  return {
    graphqlUrl,
    subscriptionsUrl: graphqlUrl.replace(/^http/, 'ws'),
    playgroundUrl: `${url}/playground`,
    apiKey: seeded.apiKey,
    portalToken: await issuePortalToken(graphqlUrl, seeded),
    staffToken,
  };
}

function announce(credentials: DemoCredentials, dataDir: string): void {
  say(`
Tollgate is ready (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)

  GraphQL        ${credentials.graphqlUrl}
  Subscriptions  ${credentials.subscriptionsUrl}
  Playground     ${credentials.playgroundUrl}

  API key        ${credentials.apiKey}
  Portal token   ${credentials.portalToken}
  Staff token    ${credentials.staffToken}

  The same is in ${join(dataDir, 'demo.json')}; the log is ${join(dataDir, 'tollgate.log')}.
  Ctrl-C stops.
`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
