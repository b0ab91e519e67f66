import type { Envelope } from '@tollgate/contracts/envelope';
import type { OutboxRecord } from './outbox-reader.js';
import { readEnvelope } from './own-messages.js';

/** Records of one tenant, in order, or one that is no message. */
export interface Group {
  readonly tenant: string | null;
  readonly records: readonly OutboxRecord[];
  /** What the records say, one each; none where it is no message. */
  readonly messages: readonly Envelope[];
}

interface Gathered extends Group {
  readonly records: OutboxRecord[];
  readonly messages: Envelope[];
}

/** Records by tenant, in the order of each tenant's first; the order of one tenant's is kept. */
export function groupsOf(records: readonly OutboxRecord[]): Group[] {
  const groups: Group[] = [];
  const byTenant = new Map<string, Gathered>();
  for (const record of records) {
    const { envelope } = readEnvelope(record.envelope);
    if (envelope === null) {
      groups.push({ tenant: null, records: [record], messages: [] });
      continue;
    }
    const { tenant } = envelope;
    const known = byTenant.get(tenant);
    const group: Gathered = known ?? { tenant, records: [], messages: [] };
    if (known === undefined) {
      byTenant.set(tenant, group);
      groups.push(group);
    }
    group.records.push(record);
    group.messages.push(envelope);
  }
  return groups;
}
