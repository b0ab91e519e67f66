import type { Rejection } from '@tollgate/kernel/decision';
import { writeScope } from '@tollgate/runtime/command/access';
import { audit } from '@tollgate/runtime/command/audit';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Database, TenantTx } from '@tollgate/runtime/database/db';
import { once } from '@tollgate/runtime/command/idempotency';

/** What every command of a client answers: a GraphQL type by name, with its data. */
export interface Answer {
  readonly __typename: string;
}

export interface IdempotencyConflict {
  readonly __typename: 'IdempotencyConflict';
  readonly message: string;
}

/** Who asks, and where to. */
export interface Caller {
  readonly db: Database;
  readonly context: RequestContext;
}

interface Command<I> {
  readonly name: string;
  readonly input: I & { readonly idempotencyKey?: string | null };
}

/** Carries a command out once, in one transaction; what staff do is audited there with their reason. */
export async function carryOut<I, A extends Answer>(
  { db, context }: Caller,
  { name, input }: Command<I>,
  run: (tx: TenantTx) => Promise<A>,
): Promise<A | IdempotencyConflict> {
  const { idempotencyKey: key, ...body } = input;
  return db.tenant(writeScope(context), (tx) =>
    once<A | IdempotencyConflict>(
      tx,
      { name, key, body },
      async () => {
        const answer = await run(tx);
        if (context.identity.kind === 'staff') {
          const subject = JSON.stringify(answer).slice(0, SUBJECT_CHARS_MAX);
          await audit(tx, context, { command: name, subject, outcome: answer.__typename });
        }
        return answer;
      },
      (message) => ({ __typename: 'IdempotencyConflict', message }),
    ),
  );
}

/** A refusal as its GraphQL type. */
export function refusal<R extends Rejection>({
  reason,
  ...data
}: R): R extends Rejection ? Omit<R, 'reason'> & { readonly __typename: R['reason'] } : never {
  return { __typename: reason, ...data } as never;
}

const SUBJECT_CHARS_MAX = 500;
