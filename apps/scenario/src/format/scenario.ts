import type { Command } from './commands.js';
import type { Question } from './questions.js';

/** The seller, and rates by jurisdiction. */
export interface TaxSettings {
  readonly jurisdiction: string;
  readonly registrations?: readonly string[];
  readonly belowThreshold?: boolean;
  readonly rates: Readonly<
    Record<
      string,
      readonly { readonly name: string; readonly percent: string; readonly compound?: boolean }[]
    >
  >;
}

/** What is done about invoices that are not paid. */
export interface DunningSetting {
  readonly retryAfterDays: readonly number[];
  readonly attemptTime?: string;
  readonly skipWeekends?: boolean;
  readonly onHardDecline?: string;
  readonly revokeAfterDays?: number;
  readonly terminalAction: string;
  readonly uncollectible?: boolean;
}

/** Settings of a tenant; what is absent has the default of the format. */
export interface TenantSettings {
  readonly currency?: string;
  readonly timeZone?: string;
  readonly tax?: TaxSettings;
  readonly pricing?: 'exclusive' | 'inclusive';
  readonly graceSeconds?: number;
  readonly dueDays?: number;
  readonly groupInvoices?: boolean;
  readonly dunning?: DunningSetting;
}

/** A command, or a question with its answer. */
export type Step = Command | Question;

/** A scenario that fits the schema. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  /** Instant at which the test clock of every tenant starts. */
  readonly clock: string;
  readonly tenant: TenantSettings;
  readonly others?: Readonly<Record<string, TenantSettings>>;
  readonly steps: readonly Step[];
}

/** Name of the tenant that steps without one mean. */
export const MAIN = 'main';

/** Settings of every tenant of a scenario, by name. */
export function tenantsOf(scenario: Scenario): ReadonlyMap<string, TenantSettings> {
  return new Map([[MAIN, scenario.tenant], ...Object.entries(scenario.others ?? {})]);
}

const STEP_SHOWN_MAX = 160;

/** A step in short, for people. */
export function shortOf(step: Step): string {
  const text = JSON.stringify(step);
  return text.length <= STEP_SHOWN_MAX ? text : `${text.slice(0, STEP_SHOWN_MAX - 1)}…`;
}
