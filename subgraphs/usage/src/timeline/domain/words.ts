import type { GrantEvent } from '../../grant/domain/grant.js';

type Words = (data: Readonly<Record<string, unknown>>) => string;

const OF_GRANTS: Readonly<Record<GrantEvent['type'], Words>> = {
  'entitlement.granted': ({ grant }) => `${featureOf(grant)} was granted beside the plan.`,
  'entitlement.revoked': () => 'What was granted beside the plan was taken back.',
};

/** What a customer was granted, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries(OF_GRANTS));

function featureOf(grant: unknown): string {
  return typeof grant === 'object' && grant !== null && 'feature' in grant ? String(grant.feature) : '';
}
