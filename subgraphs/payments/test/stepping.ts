import { randomUUID } from 'node:crypto';
import { money } from '@tollgate/kernel/money/money';
import { instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { methods } from '../src/method/aggregate.js';
import { payments } from '../src/payment/aggregate.js';
import type { Payment } from '../src/payment/domain/state.js';
import { collectInvoices } from '../src/payment/handlers/collect.js';
import { Collector, type StepInHand } from '../src/payment/worker.js';
import type { ProviderName } from '../src/providers/domain/provider.js';
import { NOW, startCollecting, type Collecting } from './collecting.js';

/** Payments without workers: every step is made by the test. */
export interface Stepping {
  readonly world: Collecting;
  readonly collector: Collector;
  inTenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  /** An invoice of a customer with these methods, as the consumer would start it. */
  started(tokens: { readonly stripe?: string; readonly paypal?: string }): Promise<string>;
  /** The next step, claimed; pauses are over at once. */
  nextStep(): Promise<StepInHand>;
  /** Makes steps until none is left. */
  runAll(): Promise<void>;
  /** Waits for pauses by moving the timers instead of the clocks. */
  makeDue(): Promise<unknown>;
  stateOf(invoiceId: string): Promise<Payment>;
}

/** Starts the api alone. */
export async function startStepping(): Promise<Stepping> {
  const world = await startCollecting({ roles: ['api'] });
  const collector = new Collector({ ...world.platform, providers: world.gateways.providers });
  const inTenant: Stepping['inTenant'] = (work) => world.platform.db.tenant(world.tenant.scope, work);
  const makeDue = () => world.platform.db.shard('main', (raw) => raw.query(MAKE_DUE_SQL, [NOW]));
  const claim = async () => {
    await makeDue();
    return (await collector.claim('main', 1))[0];
  };
  return {
    world,
    collector,
    inTenant,
    makeDue,
    started: async (tokens) => {
      const suffix = randomUUID().replaceAll('-', '').slice(0, 26);
      const invoiceId = `inv_${suffix}`;
      await inTenant(async (tx) => {
        for (const provider of ['stripe', 'paypal'] as const) {
          const token = tokens[provider];
          if (token !== undefined) await addMethod(tx, { provider, token, suffix });
        }
        await collectInvoices(tx, [invoiceOf(invoiceId, 'open')]);
      });
      return invoiceId;
    },
    nextStep: async () => {
      const step = await claim();
      if (step === undefined) throw new Error('no step is due');
      return step;
    },
    runAll: async () => {
      for (let steps = 0; steps < 50; steps += 1) {
        const step = await claim();
        if (step === undefined) return;
        await collector.run(step);
      }
    },
    stateOf: (invoiceId) =>
      inTenant(async (tx) => {
        const [row] = await tx.query<{ id: string }>(
          'SELECT id FROM {t}.payment WHERE invoice_id = $1 ORDER BY id DESC',
          [invoiceId],
        );
        return (await payments.loadOne(tx, row!.id)).state!;
      }),
  };
}

const MAKE_DUE_SQL = `
  UPDATE {s}.timer SET retry_at = clock_timestamp(),
    due_at = least(due_at, CASE WHEN background THEN clock_timestamp() ELSE $1::timestamptz END)`;

/** The copy of an invoice that `started` starts with. */
export const invoiceOf = <Status extends 'open' | 'void'>(invoiceId: string, status: Status) => ({
  invoiceId,
  customerId: `cus_${invoiceId.slice(4)}`,
  number: 'A-1',
  due: money(2_380n, 'USD'),
  status,
  subscriptionIds: [],
  dueAt: null,
  total: money(2_380n, 'USD'),
  finalisedAt: instant(NOW),
});

async function addMethod(
  tx: TenantTx,
  { provider, token, suffix }: { provider: ProviderName; token: string; suffix: string },
): Promise<void> {
  const methodId = `pmt_${provider.slice(0, 1)}${suffix.slice(1)}`;
  const fields = { customerId: `cus_${suffix}`, provider, token, providerCustomer: null, label: null };
  const at = await tx.now();
  const add = { type: 'Add', methodId, ...fields, onFile: 0, at } as const;
  const decision = methods.decide(methods.fresh(methodId), add, at);
  if (!decision.ok) throw new Error(decision.rejection.message);
  await methods.record(tx, [decision.change]);
}
