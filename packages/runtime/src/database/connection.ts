import type pg from 'pg';
import { runBatch, type Outcome, type Statement } from './batch.js';
import type { Pool } from './pool.js';
import { Session, type SessionOptions } from './session.js';
import { RawTx } from './tx.js';

/** Runs work in one transaction on a connection of the pool, and rings what it wakes after the commit. */
export async function transact<T>(
  pool: Pool,
  options: SessionOptions,
  work: (tx: RawTx) => Promise<T>,
): Promise<T> {
  const wakes: (() => void)[] = [];
  const result = await onConnection(pool, (client) => {
    const session = new Session(client, options);
    return {
      run: async () => {
        const done = await work(new RawTx(session, wakes));
        await session.commit();
        return done;
      },
      rollback: () => session.rollback(),
    };
  });
  for (const wake of wakes) wake();
  return result;
}

/** Runs work in one transaction on a connection of the pool and takes it back: what nobody waits for is not even sent. */
export function takenBack<T>(
  pool: Pool,
  options: SessionOptions,
  work: (tx: RawTx) => Promise<T>,
): Promise<T> {
  return onConnection(pool, (client) => {
    const session = new Session(client, options);
    return {
      run: async () => {
        const done = await work(new RawTx(session, []));
        await session.rollback();
        return done;
      },
      rollback: () => session.rollback(),
    };
  });
}

/** Runs statements in one round trip on a connection of the pool; the rows of the one at `index`. */
export async function answerOf<R>(
  pool: Pool,
  { statements, index }: { readonly statements: readonly Statement[]; readonly index: number },
): Promise<R[]> {
  const rows = await onConnection(pool, (client) => ({
    run: async () => rowsOf(await runBatch(client, statements), index),
    // What follows the one that failed is not carried out: neither is the end of a transaction that was begun.
    rollback: async () => statements.length > 1 && client.query('ROLLBACK'),
  }));
  return rows as R[];
}

/** What is done on a connection, and how it is taken back where it fails. */
interface Use<T> {
  run(): Promise<T>;
  rollback(): Promise<unknown>;
}

async function onConnection<T>(pool: Pool, useOf: (client: pg.PoolClient) => Use<T>): Promise<T> {
  const client = await pool.connect();
  const use = useOf(client);
  // The pool listens to idle connections only; one that is cut off in use would otherwise end the process.
  client.on('error', ignoreLoss);
  try {
    const result = await use.run();
    client.off('error', ignoreLoss);
    client.release();
    return result;
  } catch (error) {
    await abandon(client, error, () => use.rollback());
    throw error;
  }
}

function rowsOf({ results, failure }: Outcome, index: number): readonly unknown[] {
  if (failure !== null) throw failure.error;
  return results[index]?.rows ?? [];
}

/** Rolls back and gives the connection back; one that cannot even do that is thrown away. */
async function abandon(
  client: pg.PoolClient,
  error: unknown,
  rollback: () => Promise<unknown>,
): Promise<void> {
  try {
    await rollback();
    client.off('error', ignoreLoss);
    client.release();
  } catch {
    // Keeps its listener: it may still complain while it ends.
    client.release(error instanceof Error ? error : true);
  }
}

/** The statement in flight fails with the reason; there is nothing more to do about it here. */
function ignoreLoss(): void {
  return;
}
