import { randomBytes } from 'node:crypto';
import { migratePlatform, migrateTenant } from '@tollgate/prisma/migrate';
import type { TenantSettings } from '@tollgate/contracts/tenancy/tenant';
import { Database, type Scope } from '@tollgate/runtime/database/db';
import { append } from '@tollgate/runtime/journal/journal';
import type { EventLog } from '@tollgate/runtime/messaging/event-log';
import { PostgresEventLog } from '@tollgate/runtime/messaging/event-log-postgres';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { MemoryLiveStore } from '@tollgate/runtime/live/live-memory';
import { SILENT, type Logger } from '@tollgate/runtime/base/log';
import { createMetrics } from '@tollgate/runtime/base/metrics';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Platform } from '@tollgate/runtime/service/platform';
import { TEST_IDENTITY_SECRET } from './callers.js';
import { freshDatabase } from './services.js';

export { TEST_IDENTITY_SECRET };

/** A platform on a database of its own, with the memory and Postgres adapters unless others are given. */
export interface TestPlatform extends Platform {
  readonly adminUrl: string;
  readonly appUrl: string;
  /** Closes everything and drops the database. */
  destroy(): Promise<void>;
}

export interface TestPlatformOptions {
  readonly live?: LiveStore;
  readonly logger?: Logger;
  eventLog?(db: Database, logger: Logger): EventLog;
}

const APP_LOGIN = 'tollgate_app';
const APP_PASSWORD = 'test-app-password';

/** Migrates a fresh database and opens the adapters on it. */
export const createTestPlatform = async (options: TestPlatformOptions = {}): Promise<TestPlatform> => {
  const database = await freshDatabase();
  const adminUrl = database.url;
  const appUrl = withLogin(adminUrl, APP_LOGIN, APP_PASSWORD);
  const logger = options.logger ?? SILENT;
  const owner = new Database({ url: adminUrl, adminUrl });
  await migratePlatform({ run: (work) => owner.admin(work) }, { login: APP_LOGIN, password: APP_PASSWORD });
  await owner.close();
  const db = new Database({ url: appUrl, adminUrl });
  const eventLog = options.eventLog?.(db, logger) ?? new PostgresEventLog(db, logger);
  const live = options.live ?? new MemoryLiveStore();
  const close = async (): Promise<void> => {
    await eventLog.close();
    await live.close();
    await db.close();
  };
  return {
    roles: new Set(['api', 'worker'] as const),
    db,
    eventLog,
    live,
    logger,
    metrics: createMetrics({ defaults: false }),
    identitySecret: TEST_IDENTITY_SECRET,
    adminUrl,
    appUrl,
    startRelay: () => undefined,
    close,
    destroy: async () => {
      await close();
      await database.drop();
    },
  };
};

export interface TestTenant {
  readonly id: string;
  readonly schema: string;
  readonly scope: Scope;
}

/** A tenant with its schema and role, provisioned as the product does it but without the tenancy subgraph. */
export const createTestTenant = async (
  platform: Pick<TestPlatform, 'db'>,
  options: {
    readonly sandbox?: boolean;
    readonly nowAt?: string;
    readonly settings?: Partial<TenantSettings>;
  } = {},
): Promise<TestTenant> => {
  const id = newId('ten');
  const schema = `t_${id.slice(4)}`;
  const sandbox = options.sandbox ?? options.nowAt !== undefined;
  const settings: TenantSettings = {
    name: `Test ${randomBytes(2).toString('hex')}`,
    currency: 'USD',
    timeZone: 'UTC',
    country: 'US',
    taxRates: { DE: '19' },
    invoiceGraceSeconds: 3_600,
    groupInvoices: false,
    sandbox,
    ...options.settings,
  };
  await migrateTenant((work) => platform.db.admin(work), schema);
  await platform.db.control(async (tx) => {
    await tx.query(
      `INSERT INTO {c}.tenant (id, name, schema_name, state, sandbox, settings) VALUES ($1, $2, $3, 'active', $4, $5)`,
      [id, settings.name, schema, sandbox, JSON.stringify(settings)],
    );
    await tx.query(`INSERT INTO {c}.placement (tenant_id, shard) VALUES ($1, 'main')`, [id]);
  });
  if (options.nowAt !== undefined) await setTestClock(platform, id, options.nowAt);
  const scope = { tenantId: id, actor: 'test', correlation: newId('evt'), cause: 'test' };
  await platform.db.tenant(scope, async (tx) => {
    const events = [{ type: 'TenantCreated', revision: 1, settings }];
    await append(tx, [{ stream: id, expectedVersion: 0, events, occurredAt: await tx.now() }]);
  });
  return { id, schema, scope };
};

/** Sets a sandbox tenant's clock. */
export const setTestClock = async (
  platform: Pick<TestPlatform, 'db'>,
  tenantId: string,
  nowAt: string,
): Promise<void> => {
  await platform.db.shard('main', (tx) =>
    tx.query(
      `INSERT INTO {s}.tenant_clock (tenant_id, now_at) VALUES ($1, $2)
       ON CONFLICT (tenant_id) DO UPDATE SET now_at = excluded.now_at`,
      [tenantId, nowAt],
    ),
  );
};

const withLogin = (url: string, login: string, password: string): string => {
  const changed = new URL(url);
  changed.username = login;
  changed.password = password;
  return changed.toString();
};
