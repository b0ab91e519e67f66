import type { Rejection } from '@tollgate/kernel/decision';
import { clientError } from '../base/errors.js';
import type { Identity, StaffRole } from '../base/identity.js';
import type { Database, Scope, TenantTx } from '../database/db.js';
import type { RequestContext } from '../graphql/context.js';
import { movedOn, type Fact } from '../messaging/wait-for-fact.js';
import { backOfficeScope, requireStaff, scopeForAudit, writeScope } from './access.js';
import { audit, auditLine, postAudit } from './audit.js';
import { earlierAnswer, keepAnswer, keyFault, type KeyedCommand } from './idempotency.js';
import { answeredBefore, keyAndBody, keyOf, type IdempotencyConflict, type InvalidKey } from './key.js';

/** Who asks, and where to. */
export interface Caller {
  readonly db: Database;
  readonly context: RequestContext;
  /** Only wants to know what would happen: commands run in this transaction, which is taken back. */
  readonly rehearse?: <T>(scope: Scope, work: (tx: TenantTx) => Promise<T>) => Promise<T>;
}

/**
 * Who may, besides the tenant's backend and staff with a reason: nobody; of staff operators only (`operator`); or also a
 * portal token, for the customer named here; or also any portal token (`own`), where the work itself keeps to the caller's
 * customer.
 */
export type Access = 'backend' | 'operator' | 'own' | { readonly customerId: string };

/** A fact of another context that the command needs and that may be on its way yet. */
export interface FactToWaitFor extends Fact {
  /** Whether our copy has all of them. One statement: it is asked together with the transaction's beginning. */
  known(tx: TenantTx): Promise<boolean>;
}

export interface Command<I> {
  /** The mutation's name. */
  readonly name: string;
  readonly input: I;
  readonly access: Access;
  /** What it is about, for the audit trail; where it is not given, the id in the answer. */
  readonly subject?: string;
  /** Waited for, within a bound, before anything is called unknown. */
  readonly waitFor?: readonly FactToWaitFor[];
}

/** What a command that was carried out answers: a GraphQL type by name, with its data. */
export interface Answer {
  readonly __typename: string;
}

/** What the client is told: the answer, or the rejection as the GraphQL type that its reason names. */
export type Outcome<T> = T extends Answer
  ? T
  : T extends Rejection
    ? Omit<T, 'reason'> & { readonly __typename: T['reason'] }
    : never;

/** What a command that takes an idempotency key may be answered besides. */
type KeyOutcome<I> = I extends { readonly idempotencyKey?: unknown }
  ? IdempotencyConflict | InvalidKey
  : never;

const NOT_YET = Symbol('a fact is on its way');

/**
 * Carries a client's command out: by whoever may, once for each idempotency key, in one transaction, with one line in
 * the audit trail whatever comes of it (also where the caller may not: then it throws `FORBIDDEN`). The work decides
 * before it records: what it wrote before it returns a rejection is kept. It may run several times.
 */
export async function command<I extends object, T extends Answer | Rejection>(
  caller: Caller,
  asked: Command<I>,
  work: (tx: TenantTx) => Promise<T>,
): Promise<Outcome<T> | KeyOutcome<I>> {
  const rehearses = caller.rehearse !== undefined;
  const scope = rehearses ? backOfficeScope(caller.context) : await permitted(caller, asked);
  const run = runOf(caller, asked, work);
  return (await carriedOut(run, scope)) as Outcome<T> | KeyOutcome<I>;
}

/** A rejection as the GraphQL type that its reason names. */
export function rejected<R extends Rejection>({ reason, ...data }: R): Outcome<R> {
  return { __typename: reason, ...data } as unknown as Outcome<R>;
}

/** Where the caller may write. Throws `FORBIDDEN`, after a line in the trail, where the caller may not. */
export async function permitted<I extends object>(caller: Caller, asked: Command<I>): Promise<Scope> {
  const { context } = caller;
  try {
    return scopeOf(context, asked.access);
  } catch (error) {
    await noteForbidden(caller, asked);
    throw error;
  }
}

/** The same for a command of the platform itself: only staff with the role pass, with or without a tenant chosen. */
export async function permittedStaff<I extends object>(
  caller: Caller,
  asked: Pick<Command<I>, 'name' | 'input'>,
  role: StaffRole,
): Promise<Identity & { kind: 'staff' }> {
  try {
    return requireStaff(caller.context, role);
  } catch (error) {
    await noteForbidden(caller, asked);
    throw error;
  }
}

function scopeOf(context: RequestContext, access: Access): Scope {
  const { identity } = context;
  if (identity.kind === 'staff' && access === 'operator') requireStaff(context, 'operator');
  if (identity.kind !== 'customer' || access === 'backend' || access === 'operator')
    return writeScope(context);
  if (access !== 'own' && access.customerId !== identity.customer)
    throw clientError('FORBIDDEN', 'A portal token is for its own customer only.');
  return scopeForAudit(context) ?? writeScope(context);
}

/** A caller without a tenant leaves no line, for there is no trail to leave it in. */
async function noteForbidden<I extends object>(
  { db, context }: Caller,
  asked: Pick<Command<I>, 'name' | 'input' | 'subject'>,
): Promise<void> {
  const scope = scopeForAudit(context);
  if (scope === null) return;
  const line = auditLine(context, {
    command: asked.name,
    subject: asked.subject ?? '',
    outcome: 'FORBIDDEN',
  });
  const { key, body } = keyAndBody(asked.input);
  await db.tenant(scope, async (tx) => {
    if (key !== null && keyFault(key) === null) {
      // Apart from the keys of those who may, so that nobody can use up a key of theirs.
      const name = `${asked.name} forbidden ${line.kind} ${line.actor}`;
      const keyed = { name, key, body };
      if ((await earlierAnswer(tx, keyed)) !== null) return;
      keepAnswer(tx, keyed, null);
    }
    postAudit(tx, [line]);
  });
}

/** A command that is being carried out, whatever its input and answers. */
interface Run {
  readonly caller: Caller;
  readonly name: string;
  readonly subject: string | undefined;
  readonly waitFor: readonly FactToWaitFor[];
  readonly keyed: KeyedCommand | null;
  work(tx: TenantTx): Promise<Answer | Rejection>;
}

function runOf<I extends object>(caller: Caller, asked: Command<I>, work: Run['work']): Run {
  const { name, subject, waitFor = [] } = asked;
  const { fault, keyed } = keyOf(caller.context, asked);
  if (fault === null) return { caller, name, subject, waitFor, keyed, work };
  return { caller, name, subject, waitFor: [], keyed: null, work: () => Promise.resolve(fault) };
}

/** In one transaction, again while something that the work needs is on its way. */
async function carriedOut(run: Run, scope: Scope): Promise<Answer> {
  const { db, rehearse } = run.caller;
  const inTransaction = rehearse ?? ((at, work) => db.tenant(at, work));
  const waiting = { db, scope, sinceMs: performance.now() };
  for (let waits = true; ;) {
    const answer = await inTransaction(scope, (tx) => attempt(tx, run, waits ? run.waitFor : []));
    if (answer !== NOT_YET) return answer;
    // Asked before reading: what is applied between the two is then seen by the next attempt.
    waits = await movedOn(waiting, run.waitFor);
  }
}

async function attempt(
  tx: TenantTx,
  run: Run,
  facts: readonly FactToWaitFor[],
): Promise<Answer | typeof NOT_YET> {
  // A rehearsal leaves no trace: its key may still be used, and nobody did anything.
  const keyed = tx.rehearsal === null ? run.keyed : null;
  const clock = tx.now();
  // Where nothing comes before the work, its first questions travel with the transaction's beginning.
  if (keyed === null && facts.length === 0) {
    clock.catch(ignore);
  } else {
    // All that can be asked at once does so, too.
    const [earlier, known] = await Promise.all([
      answeredBefore<Answer>(tx, keyed),
      Promise.all(facts.map((fact) => fact.aggregates.length === 0 || fact.known(tx))),
      clock,
    ]);
    if (earlier !== null) return earlier;
    if (known.includes(false)) return NOT_YET;
  }
  const result = await run.work(tx);
  const answer = '__typename' in result ? result : rejected(result);
  if (tx.rehearsal !== null) return answer;
  if (keyed !== null) keepAnswer(tx, keyed, answer);
  const subject = run.subject ?? idIn(answer);
  await audit(tx, run.caller.context, { command: run.name, subject, outcome: answer.__typename });
  return answer;
}

/** Whoever needs the clock asks again, and is told what is wrong with it. */
function ignore(): void {
  return;
}

/** What the answer is about: its first id. */
function idIn(answer: Answer): string {
  const [, id] =
    Object.entries(answer).find(([name, value]) => ID_NAME.test(name) && typeof value === 'string') ?? [];
  return typeof id === 'string' ? id : '';
}

const ID_NAME = /^id$|Id$/;
