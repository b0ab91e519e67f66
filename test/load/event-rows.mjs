// Rows of usage for benchmarks, and the speed at which Postgres itself takes them.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** Customers that the rows are of. */
export const CUSTOMERS = 8;

/** So many new events of a tenant's customers. */
export function rowsOf(tenant, count) {
  const prefix = randomUUID();
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${index}`,
    customerId: tenant.customers[index % CUSTOMERS],
    type: 'call',
    timestamp: new Date(now - (index % 600_000)).toISOString(),
    properties: { tokens: 1 + (index % 5_000), model: 'm1' },
  }));
}

/** Rows per second of psql's COPY: rows of the same kind, the same table, its indexes included. */
export async function copy({ adminUrl }, tenant, count) {
  const rows = rowsOf(tenant, count);
  const text = rows
    .map(
      (row) =>
        `${row.id}\t${row.customerId}\t${row.type}\t${row.timestamp}\t${JSON.stringify(row.properties)}\t1\n`,
    )
    .join('');
  const statement = `COPY "${tenant.schema}".usage_event (id, customer_id, type, occurred_at, properties, meter_version) FROM STDIN`;
  const startedAt = performance.now();
  await psql(adminUrl, statement, text);
  return count / ((performance.now() - startedAt) / 1_000);
}

/** The time includes psql's own start, about 10 ms, which favours nobody at this size. */
async function psql(url, statement, input) {
  if (spawnSync('psql', ['--version']).status !== 0) throw new Error('this benchmark needs psql on the PATH');
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', statement], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}
