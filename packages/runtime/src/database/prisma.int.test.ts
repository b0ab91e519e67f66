import { freshDatabase } from '@tollgate/testing/services';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TenantPrismaClients, type TenantPrismaClient } from './prisma.js';

const POOL_MAX = 8;
// Roles belong to the whole server, which other tests share.
const RUN = randomBytes(4).toString('hex');
const ONE = `t_one_${RUN}`;
const TWO = `t_two_${RUN}`;
const SCHEMAS = [ONE, TWO];

let database: Awaited<ReturnType<typeof freshDatabase>>;
let pool: pg.Pool;
let clients: TenantPrismaClients;

beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: POOL_MAX });
  // `pool.end()` does not wait for its sockets, so a database that is dropped may still speak to them.
  pool.on('error', () => undefined);
  for (const schema of SCHEMAS) await pool.query(tenantSql(schema));
  clients = new TenantPrismaClients();
});

afterAll(async () => {
  await clients.close();
  for (const schema of SCHEMAS) await pool.query(`DROP SCHEMA ${schema} CASCADE; DROP ROLE ${schema}`);
  await pool.end();
  await database.drop();
});

beforeEach(async () => {
  for (const schema of SCHEMAS) await pool.query(`TRUNCATE ${schema}.customer`);
});

describe('a leased Prisma client', () => {
  test('acts as the tenant, in the tenant’s schema', async () => {
    const seen = await inTenant(ONE, async (prisma) => {
      await add(prisma, 'cus_1');
      return prisma.$queryRaw`SELECT current_user::text AS role`;
    });
    expect(seen).toEqual([{ role: ONE }]);
    expect(await idsIn(ONE)).toEqual(['cus_1']);
    expect(await idsIn(TWO)).toEqual([]);
  });

  test('is refused by Postgres where the role does not own the schema', async () => {
    const stranger = inTenant(TWO, (prisma) => prisma.customer.findMany({ select: { id: true } }), {
      role: ONE,
    });
    await expect(stranger).rejects.toThrow(/denied/);
  });

  test('loses what it wrote when the transaction rolls back', async () => {
    const failed = inTenant(ONE, async (prisma) => {
      await add(prisma, 'cus_1');
      expect(await prisma.customer.count()).toBe(1);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await idsIn(ONE)).toEqual([]);
  });

  test('never mixes concurrent transactions, of one tenant or of several', async () => {
    const rounds = Array.from({ length: 120 }, (_, index) => index);
    const results = await Promise.all(
      rounds.map((index) =>
        inTenant(index % 3 === 0 ? TWO : ONE, (prisma, client) => probe(prisma, client, index), {
          end: 'ROLLBACK',
        }),
      ),
    );
    expect(results).toEqual(
      rounds.map((index) => ({ own: `cus_${index}`, others: [null, null], sameConnection: true })),
    );
  });
});

describe('a transaction of Prisma’s own', () => {
  test('that fails leaves the tenant transaction usable and its earlier work in place', async () => {
    await inTenant(ONE, async (prisma) => {
      await add(prisma, 'cus_1');
      const nested = prisma.$transaction(async (inner) => {
        await add(inner, 'cus_2');
        await add(inner, 'cus_1');
      });
      await expect(nested).rejects.toMatchObject({
        code: 'P2010',
        message: expect.stringContaining('23505'),
      });
      const batch = prisma.$transaction([add(prisma, 'cus_3'), add(prisma, 'cus_1')]);
      await expect(batch).rejects.toMatchObject({ code: 'P2010', message: expect.stringContaining('23505') });
      await add(prisma, 'cus_4');
    });
    expect(await idsIn(ONE)).toEqual(['cus_1', 'cus_4']);
  });

  test('that fails takes nothing with it that ran beside it', async () => {
    await inTenant(ONE, async (prisma) => {
      const nested = prisma.$transaction(async (inner) => {
        await add(inner, 'cus_1');
        throw new Error('inner');
      });
      await Promise.allSettled([nested, add(prisma, 'cus_2')]);
      await prisma.$transaction([add(prisma, 'cus_3')]);
    });
    expect(await idsIn(ONE)).toEqual(['cus_2', 'cus_3']);
  });

  test('cannot ask for another isolation level', async () => {
    await inTenant(ONE, async (prisma) => {
      const nested = prisma.$transaction((inner) => inner.customer.count(), {
        isolationLevel: 'Serializable',
      });
      await expect(nested).rejects.toThrow(/isolation level/);
      expect(await prisma.customer.count()).toBe(0);
    });
  });
});

describe('after the lease', () => {
  test('a kept promise is refused instead of running in another transaction', async () => {
    const kept = await inTenant(ONE, async (prisma) => ({
      promise: prisma.customer.findMany({ select: { id: true } }),
    }));
    await inTenant(ONE, () => expect(kept.promise).rejects.toThrow(/within its tenant transaction/));
  });

  test('a call that nobody awaited is refused, and its client never lent again', async () => {
    const left: Promise<unknown>[] = [];
    await inTenant(ONE, async (prisma) => {
      left.push(
        add(prisma, 'cus_1').then(
          () => 'ran',
          () => 'refused',
        ),
      );
    });
    await inTenant(TWO, async (prisma) => {
      expect(await left[0]).toBe('refused');
      expect(await prisma.customer.count()).toBe(0);
    });
    expect(await idsIn(ONE)).toEqual([]);
  });

  test('releasing twice is harmless', async () => {
    await inTenant(ONE, async (prisma, client) => {
      const lease = clients.lease(TWO, client);
      lease.release();
      lease.release();
      const [first, second] = [clients.lease(ONE, client), clients.lease(ONE, client)];
      first.release();
      expect(await second.prisma.customer.count()).toBe(0);
      expect(await prisma.customer.count()).toBe(0);
      second.release();
    });
  });

  test('a schema name that is not a plain identifier is refused', async () => {
    await inTenant(ONE, async (_prisma, client) => {
      expect(() => clients.lease('t_x"; DROP SCHEMA t_y', client)).toThrow(/plain identifier/);
    });
  });
});

type Work<Result> = (prisma: TenantPrismaClient, client: pg.PoolClient) => Promise<Result>;

async function inTenant<Result>(
  schema: string,
  work: Work<Result>,
  { role = schema, end = 'COMMIT' }: { readonly role?: string; readonly end?: 'COMMIT' | 'ROLLBACK' } = {},
): Promise<Result> {
  const client = await pool.connect();
  await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
  const lease = clients.lease(schema, client);
  try {
    const result = await work(lease.prisma, client);
    lease.release();
    await client.query(end);
    return result;
  } catch (error) {
    lease.release();
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** Writes one row, then reads in a way that Prisma batches: rows of neighbours, never committed, must stay unseen. */
async function probe(prisma: TenantPrismaClient, client: pg.PoolClient, index: number) {
  const pid = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await add(prisma, `cus_${index}`);
  const find = (id: string) => prisma.customer.findUnique({ where: { id }, select: { id: true } });
  const [own, before, after, backend] = await Promise.all([
    find(`cus_${index}`),
    find(`cus_${index - 3}`),
    find(`cus_${index + 3}`),
    prisma.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`,
  ]);
  return { own: own?.id, others: [before, after], sameConnection: backend[0]?.pid === pid.rows[0]?.pid };
}

/** Raw, so that these promises hold whatever columns a customer has. */
function add(prisma: Pick<TenantPrismaClient, '$executeRaw'>, id: string) {
  return prisma.$executeRaw`INSERT INTO "tollgate_tenant".customer (id) VALUES (${id})`;
}

async function idsIn(schema: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM ${schema}.customer ORDER BY id LIMIT 100`,
  );
  return rows.map(({ id }) => id);
}

function tenantSql(schema: string): string {
  return `
    CREATE ROLE ${schema} NOLOGIN;
    CREATE SCHEMA ${schema} AUTHORIZATION ${schema};
    SET ROLE ${schema};
    CREATE TABLE ${schema}.customer (id text PRIMARY KEY);
    RESET ROLE;`;
}
