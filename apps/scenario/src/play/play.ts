import { differencesOf, type Difference } from '../compare.js';
import type { Command } from '../format/commands.js';
import type { Question } from '../format/questions.js';
import { MAIN, shortOf, type Scenario } from '../format/scenario.js';
import { asked } from '../questions/questions.js';
import { says } from '../rejections.js';
import type { Outcome } from '../verbs/verb.js';
import { said } from '../verbs/verbs.js';
import { checkScenario } from './check.js';
import { openTenants, type Stage } from './open-tenants.js';
import { patienceWith, rest, steadyAnswer } from './quiet.js';
import type { Tenant } from './tenant.js';

/** Why a scenario falls short. */
export interface Shortfall {
  /** From 1; 0 is before the first. */
  readonly step: number;
  readonly shown: string;
  readonly message: string;
  readonly differences: readonly Difference[];
}

/** What came of a scenario. */
export interface Played {
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  readonly shortfalls: readonly Shortfall[];
  readonly assumed: readonly string[];
  readonly ms: number;
}

/** Plays one scenario in tenants of its own; the first command or question that goes wrong ends it. */
export async function playScenario(scenario: Scenario, stage: Stage): Promise<Played> {
  const startedAt = performance.now();
  const { unsupported, assumed } = checkScenario(scenario, stage.api);
  const { id, title, topic } = scenario;
  const shortfalls =
    unsupported.length > 0
      ? unsupported.map((one) => ({ ...one, differences: [] }))
      : await playSteps(scenario, stage);
  return { id, title, topic, shortfalls, assumed, ms: Math.round(performance.now() - startedAt) };
}

async function playSteps(scenario: Scenario, stage: Stage): Promise<Shortfall[]> {
  let number = 0;
  let shown = 'opening the tenants';
  try {
    const tenants = await openTenants(scenario, stage);
    for (const step of scenario.steps) {
      number += 1;
      shown = shortOf(step);
      const shortfall = 'expect' in step ? await ask(step, tenants) : await doStep(step, tenants);
      if (shortfall !== null) return [{ step: number, shown, ...shortfall }];
    }
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ step: number, shown, message, differences: [] }];
  }
}

type Wrong = Pick<Shortfall, 'message' | 'differences'>;

async function doStep(command: Command, tenants: ReadonlyMap<string, Tenant>): Promise<Wrong | null> {
  const concerned =
    command.do === 'advance' && command.tenant === undefined
      ? [...tenants.values()]
      : [tenantOf(command, tenants)];
  for (const tenant of concerned) {
    const outcome = await said(command)?.run(tenant);
    if (outcome === undefined) return { message: `not supported: ${command.do}`, differences: [] };
    const wrong = judged(command, outcome);
    if (wrong !== null) return wrong;
    await rest(tenant);
  }
  return null;
}

function judged({ error }: Command, outcome: Outcome): Wrong | null {
  const got = outcome.accepted ? 'accepted' : `${outcome.type}: ${outcome.message}`;
  const right = outcome.accepted ? error === undefined : error !== undefined && says(outcome.type, error);
  if (right) return null;
  const expected = error ?? 'accepted';
  return { message: `expected ${expected}, got ${got}`, differences: [{ path: '', expected, got }] };
}

async function ask(question: Question, tenants: ReadonlyMap<string, Tenant>): Promise<Wrong | null> {
  const tenant = tenantOf(question, tenants);
  const reader = asked(question);
  if (reader === undefined) return { message: `not supported: ${question.expect}`, differences: [] };
  const answer = await steadyAnswer(
    () => reader.read(tenant),
    (got) => differencesOf(question.is, got).length === 0,
    patienceWith(tenant),
  );
  const differences = differencesOf(question.is, answer);
  return differences.length === 0 ? null : { message: 'another answer than expected', differences };
}

function tenantOf(step: { readonly tenant?: string }, tenants: ReadonlyMap<string, Tenant>): Tenant {
  const tenant = tenants.get(step.tenant ?? MAIN);
  if (tenant === undefined) throw new Error(`there is no tenant ${step.tenant}`);
  return tenant;
}
