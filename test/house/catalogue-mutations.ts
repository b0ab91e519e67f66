import { backend } from '@tollgate/testing/callers';
import { planInput, unique } from './business.js';
import type { Entry, Given } from './every-mutation.js';

/** Mutations of products, plans and their versions. */
export const CATALOGUE: Readonly<Record<string, Entry>> = {
  createProduct: { subgraph: 'plans', accepted: () => ({ name: 'Cloud' }), rejected: () => ({ name: '' }) },
  createPlan: {
    subgraph: 'plans',
    accepted: planInput,
    rejected: () => ({ ...planInput(), name: '' }),
  },
  publishPlanVersion: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan(), prices: [PRICE] }),
    rejected: () => ({ planId: 'pln_1', prices: [PRICE] }),
  },
  updatePlan: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan(), externalId: unique() }),
    rejected: () => ({ planId: 'pln_1' }),
  },
  createPlanDraft: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan() }),
    rejected: () => ({ planId: 'pln_1' }),
  },
  updatePlanDraft: {
    subgraph: 'plans',
    accepted: async (given) => ({ draftId: await planDraft(given), trialDays: 3 }),
    rejected: () => ({ draftId: 'pld_1' }),
  },
  publishPlanDraft: {
    subgraph: 'plans',
    accepted: async (given) => ({ draftId: await planDraft(given) }),
    rejected: () => ({ draftId: 'pld_1' }),
  },
  discardPlanDraft: {
    subgraph: 'plans',
    accepted: async (given) => ({ draftId: await planDraft(given) }),
    rejected: () => ({ draftId: 'pld_1' }),
  },
  copyPlan: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan(), name: 'Copy', code: `c${unique()}` }),
    rejected: () => ({ planId: 'pln_1', name: 'Copy', code: 'copy' }),
  },
  archivePlan: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan() }),
    rejected: () => ({ planId: 'pln_1' }),
  },
  restorePlan: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan() }),
    rejected: () => ({ planId: 'pln_1' }),
  },
  migrateSubscriptions: {
    subgraph: 'plans',
    accepted: async (given) => ({ planId: await given.plan() }),
    rejected: () => ({ planId: 'pln_1' }),
  },
  stopPlanMigration: {
    subgraph: 'plans',
    accepted: async (given) => ({ migrationId: await planMigration(given) }),
    rejected: () => ({ migrationId: 'mig_1' }),
  },
};

const PRICE = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '25.00' } } };

/** A draft of a new plan's next version. */
async function planDraft(given: Given): Promise<string> {
  const query = `mutation ($input: CreatePlanDraftInput!) {
    done: createPlanDraft(input: $input) { ... on PlanDraftCreated { made: draft { id } } } }`;
  return madeBy(given, query);
}

/** A migration to a new plan's version, which has nobody to move. */
async function planMigration(given: Given): Promise<string> {
  const query = `mutation ($input: MigrateSubscriptionsInput!) {
    done: migrateSubscriptions(input: $input) { ... on PlanMigrationStarted { made: migration { id } } } }`;
  return madeBy(given, query);
}

interface Made {
  readonly done: { readonly made: { readonly id: string } };
}

async function madeBy(given: Given, query: string): Promise<string> {
  const input = { planId: await given.plan() };
  return (await given.on('plans').ask<Made>(backend(given.tenant), query, { input })).done.made.id;
}
