import { backend } from '@tollgate/testing/callers';
import { unique, type Business } from './business.js';

/** Reports an event of a new customer, which is kept; its id. */
export async function reportedEvent(given: Business, timestamp: string): Promise<string> {
  const event = { id: unique(), type: 'nothing', customerId: await given.customer(), timestamp };
  const query = 'mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }';
  const input = { events: [event], unknownTypes: 'KEEP' };
  await given.on('usage').ask(backend(given.tenant), query, { input });
  return event.id;
}
