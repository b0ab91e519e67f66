import { writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import { once } from '@tollgate/runtime/command/idempotency';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { newId } from '@tollgate/runtime/base/new-id';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { CreateMeterInput } from '../generated/graphql.js';
import { rejectMeter, type InvalidField, type Meter, type MeterDraft } from './domain/meter.js';
import { meterMessage } from './events.js';
import { draftOf } from './input.js';
import type { MeterParts } from './resolvers.js';
import { holdCounting, insertMeter, nextMeterVersion, readMeters } from './store.js';

export type CreateMeterAnswer =
  | { readonly reason: 'MeterCreated'; readonly meter: Meter }
  | { readonly reason: 'MeterCodeTaken'; readonly message: string; readonly code: string }
  | { readonly reason: 'IdempotencyConflict'; readonly message: string }
  | InvalidField;

/** Makes a meter; it counts what is stored from then on. */
export async function createMeter(
  { db, cache }: MeterParts,
  context: RequestContext,
  input: CreateMeterInput,
): Promise<CreateMeterAnswer> {
  const { idempotencyKey: key, ...body } = input;
  return db.tenant(writeScope(context), (tx) =>
    once<CreateMeterAnswer>(
      tx,
      { name: 'createMeter', key, body },
      async () => {
        await holdCounting(tx);
        const answer = await decideMeter(tx, draftOf(input));
        if (answer.reason === 'MeterCreated') await recordMeter(tx, context, answer.meter);
        tx.onCommit(() => cache.forget(tx.scope.tenantId));
        return answer;
      },
      (message) => ({ reason: 'IdempotencyConflict', message }),
    ),
  );
}

async function decideMeter(tx: TenantTx, draft: MeterDraft | InvalidField): Promise<CreateMeterAnswer> {
  if ('reason' in draft) return draft;
  const meters = await readMeters(tx);
  const rejected = rejectMeter(draft, meters.length);
  if (rejected !== null) return rejected;
  const { code } = draft;
  if (meters.some((meter) => meter.code === code))
    return { reason: 'MeterCodeTaken', message: `There is a meter with the code "${code}" already.`, code };
  const version = await nextMeterVersion(tx);
  return {
    reason: 'MeterCreated',
    meter: { ...draft, id: newId('mtr'), version, createdAt: await tx.now() },
  };
}

async function recordMeter(tx: TenantTx, context: RequestContext, meter: Meter): Promise<void> {
  await insertMeter(tx, meter);
  await publish(tx, [meterMessage(meter)]);
  await audit(tx, context, { command: 'createMeter', subject: meter.id, outcome: 'MeterCreated' });
}
