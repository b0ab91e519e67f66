import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { TollgateClient } from '@tollgate/client/client';
import { openSystem } from '@tollgate/client/open';
import { argumentsOr, runProgram } from '@tollgate/client/program';
import { readPublicApi } from './api/public-api.js';
import { parseScenarioArguments, USAGE, type ScenarioArguments } from './arguments.js';
import { readScenarios, scenarioFiles, type Item } from './format/files.js';
import { atOnce } from './play/at-once.js';
import type { Stage } from './play/open-tenants.js';
import { playScenario, type Played } from './play/play.js';
import { assumedLines, linesOf, reportOf } from './report.js';

async function main(): Promise<boolean> {
  const options = argumentsOr(parseScenarioArguments, USAGE);
  const items = itemsOf(options);
  const system = await openSystem({ url: options.url, distributed: false });
  const operator = new TollgateClient(system.graphqlUrl, system.staffToken, OPERATOR_RETRY_FOR_MS);
  try {
    const startedAt = performance.now();
    const { providersUrl } = system;
    const stage: Stage = { operator, api: await readPublicApi(operator), providersUrl, run: randomUUID() };
    const played = await atOnce(items, options.atOnce, (item) => playItem(item, stage));
    return tell(played, options, (performance.now() - startedAt) / 1_000);
  } finally {
    await operator.close();
    await system.stop();
  }
}

/** Making a tenant waits its turn when many are made. */
const OPERATOR_RETRY_FOR_MS = 60_000;

async function playItem(item: Item, stage: Stage): Promise<Played> {
  const played = item.ok ? await playScenario(item.scenario, stage) : unreadable(item);
  for (const line of linesOf(played)) process.stdout.write(`${line}\n`);
  return played;
}

function unreadable({ id, fault }: Extract<Item, { ok: false }>): Played {
  const shortfall = { step: 0, shown: 'reading', message: `no scenario: ${fault}`, differences: [] };
  return { id, title: '', topic: '', shortfalls: [shortfall], assumed: [], ms: 0 };
}

function itemsOf({ paths, only }: ScenarioArguments): Item[] {
  const items = scenarioFiles(paths).flatMap(readScenarios);
  const chosen = only.length === 0 ? items : items.filter((item) => only.includes(idOf(item)));
  const missing = only.filter((id) => !chosen.some((item) => idOf(item) === id));
  if (missing.length > 0) throw new Error(`there is no scenario ${missing.join(', ')}`);
  return chosen;
}

const idOf = (item: Item): string => (item.ok ? item.scenario.id : item.id);

/** Says what came of it; true if nothing falls short. */
function tell(played: readonly Played[], { json }: ScenarioArguments, seconds: number): boolean {
  const report = reportOf(played, Math.round(seconds * 10) / 10);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  for (const line of assumedLines(played)) process.stdout.write(`${line}\n`);
  process.stdout.write(`played in ${report.seconds} s\n`);
  process.stdout.write(`${report.passed} passed, ${report.failed} failed\n`);
  return report.failed === 0;
}

runProgram('scenario', main);
