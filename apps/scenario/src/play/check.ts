import type { PublicApi } from '../api/public-api.js';
import { shortOf, tenantsOf, type Scenario, type Step } from '../format/scenario.js';
import { asked } from '../questions/questions.js';
import { said } from '../verbs/verbs.js';
import { lackingSettings } from './open-tenants.js';

/** Something of a scenario that the API cannot say yet. */
export interface Unsupported {
  /** From 1; 0 is the tenant's settings. */
  readonly step: number;
  readonly shown: string;
  /** `trialDays` of `subscribe`, or the verb itself. */
  readonly message: string;
}

/** What the API can say of a scenario, found out before anything is made. */
export interface Check {
  readonly unsupported: readonly Unsupported[];
  /** Keys of answers that are taken for their neutral value. */
  readonly assumed: readonly string[];
}

/** Looks at every step of a scenario. */
export function checkScenario(scenario: Scenario, api: PublicApi): Check {
  const settings = [...tenantsOf(scenario)].flatMap(([name, given]) =>
    lackingSettings(given, api).map((setting) => ({
      step: 0,
      shown: `tenant ${name}`,
      message: notSupported('tenant', [setting]),
    })),
  );
  const steps = scenario.steps.map((step, index) => ({ ...checkStep(step, api), number: index + 1, step }));
  return {
    unsupported: [
      ...settings,
      ...steps.flatMap(({ unsupported, number, step }) =>
        unsupported === null ? [] : [{ step: number, shown: shortOf(step), message: unsupported }],
      ),
    ],
    assumed: [...new Set(steps.flatMap(({ assumed }) => assumed))].sort(),
  };
}

function checkStep(
  step: Step,
  api: PublicApi,
): { readonly unsupported: string | null; readonly assumed: readonly string[] } {
  if ('expect' in step) {
    const coverage = asked(step)?.coverage(api);
    if (coverage === undefined) return { unsupported: notSupported(step.expect, []), assumed: [] };
    const assumed = coverage.assumed.map((key) => (key === step.expect ? key : `${step.expect}.${key}`));
    const { lacking } = coverage;
    return { unsupported: lacking.length === 0 ? null : notSupported(step.expect, lacking), assumed };
  }
  const verb = said(step);
  if (verb === undefined) return { unsupported: notSupported(step.do, []), assumed: [] };
  const lacks = verb.lacks(api);
  return { unsupported: lacks.length === 0 ? null : notSupported(step.do, lacks), assumed: [] };
}

/** `not supported: subscribe (trialDays)`. */
function notSupported(verb: string, parts: readonly string[]): string {
  const named = parts.filter((part) => part !== verb);
  return named.length === 0 ? `not supported: ${verb}` : `not supported: ${verb} (${named.join(', ')})`;
}
