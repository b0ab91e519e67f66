import { randomUUID } from 'node:crypto';
import { openSystem } from '@tollgate/client/open';
import { argumentsOr, runProgram } from '@tollgate/client/program';
import { parseAttackArguments, USAGE, type AttackArguments } from './arguments.js';
import type { Attack } from './attack.js';
import { ATTACKS } from './attacks.js';
import { Stage } from './stage.js';

const ALIVE_MAX_MS = 5_000;

async function main(): Promise<boolean> {
  const options = argumentsOr(parseAttackArguments, USAGE);
  const attacks = chosen(options);
  const system = await openSystem({ url: options.url, distributed: false });
  const stage = new Stage({ ...system, run: randomUUID() });
  try {
    let failed = 0;
    for (const attack of attacks) if (!(await holds(attack, stage))) failed += 1;
    process.stdout.write(`${attacks.length - failed} passed, ${failed} failed\n`);
    return failed === 0;
  } finally {
    await stage.close();
    await system.stop();
  }
}

/** Plays one attack and says what came of it; afterwards the system must still answer. */
async function holds(attack: Attack, stage: Stage): Promise<boolean> {
  const startedAt = performance.now();
  const seen = await attack
    .play(stage)
    .then(() => stillAnswers(stage))
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const ms = Math.round(performance.now() - startedAt);
  process.stdout.write(
    `${seen === undefined ? 'ok    ' : 'FAILED'} ${attack.name} (${ms} ms): ${attack.holds}\n`,
  );
  if (seen !== undefined) process.stdout.write(`       ${seen}\n`);
  return seen === undefined;
}

async function stillAnswers(stage: Stage): Promise<string | undefined> {
  const sent = { token: stage.staffToken, body: { query: '{ __typename }' }, patienceMs: ALIVE_MAX_MS };
  const answer = await stage.post(sent).catch((error: unknown) => String(error));
  if (typeof answer !== 'string' && answer.status === 200) return undefined;
  return `afterwards a query is answered ${typeof answer === 'string' ? answer : answer.status}`;
}

function chosen({ only }: AttackArguments): readonly Attack[] {
  const missing = only.filter((name) => !ATTACKS.some((attack) => attack.name === name));
  if (missing.length > 0) throw new Error(`there is no attack ${missing.join(', ')}`);
  return only.length === 0 ? ATTACKS : ATTACKS.filter(({ name }) => only.includes(name));
}

runProgram('attack', main);
