import { announceMissing, requireDistributed } from '@tollgate/local/requirements';

/**
 * Whether tests with a real Redis and Kafka can run here. Says loudly when they cannot; with CI=true that is a
 * failure, for a test that silently did not run is taken for one that passed.
 */
export const distributedHere = async (): Promise<boolean> => {
  const required = await requireDistributed();
  if (required.ok) return true;
  const announcement = announceMissing(required.missing);
  if (process.env['CI'] === 'true') throw new Error(`with CI=true nothing is skipped\n${announcement}`);
  console.error(announcement);
  return false;
};
