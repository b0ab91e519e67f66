import { hold, type Attack } from '../attack.js';
import { givenCustomer } from '../given.js';

interface Line {
  readonly kind: string;
  readonly command: string;
  readonly subject: string;
  readonly reason: string | null;
}

/** Staff look into a tenant, and the tenant looks whether it sees them. */
export const silentStaff: Attack = {
  name: 'silent-staff',
  holds: 'what staff read of a tenant stands in its audit trail, whichever subgraph answered',
  async play(stage) {
    const target = await stage.tenant();
    const customerId = await givenCustomer(target, { name: 'Watched' });
    const query = `query($id: ID!) { customer(id: $id) { name } again: customer(id: $id) { email }
      plans { nodes { id } } meters { id } invoices(customerId: $id) { nodes { id } } payments { nodes { id } } }`;
    const seen = await stage.post({
      token: stage.staffToken,
      headers: { 'x-tollgate-tenant': target.tenantId, 'x-tollgate-reason': 'ticket 7' },
      body: { query, variables: { id: customerId } },
    });
    hold(seen.text.includes('Watched'), `staff read nothing: ${seen.text.slice(0, 200)}`);
    const { auditTrail } = await target.client.call<{ auditTrail: { nodes: readonly Line[] } }>(
      '{ auditTrail { nodes { kind command subject reason } } }',
    );
    const lines = auditTrail.nodes
      .filter(({ kind, reason }) => kind === 'STAFF' && reason === 'ticket 7')
      .map(({ command, subject }) => `${command} ${subject}`.trim());
    const wanted = [`customer ${customerId}`, 'plans', 'meters', `invoices ${customerId}`, 'payments'];
    for (const line of wanted)
      hold(lines.filter((one) => one === line).length === 1, `"${line}" is not once in: ${lines.join(', ')}`);
  },
};
