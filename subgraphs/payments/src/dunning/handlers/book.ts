import { newId } from '@tollgate/runtime/base/new-id';
import type { Loaded } from '@tollgate/runtime/command/aggregate';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { InvoiceCopy } from '../../copies/invoice.js';
import { dunningRuns, type DunningChange } from '../aggregate.js';
import type { DunningState } from '../domain/run.js';
import type { DunningCommand } from '../domain/saga.js';
import { writeAboutRuns } from '../mail.js';
import { runsOfInvoices } from '../store.js';

/** Runs of several invoices in one transaction: each decision is made on what the ones before led to, and all are recorded at once. */
export class RunBook {
  readonly #runs: Map<string, Loaded<DunningState>>;
  readonly #changes: DunningChange[] = [];

  private constructor(runs: Map<string, Loaded<DunningState>>) {
    this.#runs = runs;
  }

  /** Of invoices that were not known before this transaction: none of them has failed. */
  static ofNewInvoices(): RunBook {
    return new RunBook(new Map());
  }

  /** Reads the runs of invoices; those that never failed cost nothing more. The invoices are locked by then. */
  static async open(tx: TenantTx, invoiceIds: readonly string[]): Promise<RunBook> {
    const ids = await runsOfInvoices(tx, invoiceIds);
    const loaded = await dunningRuns.load(tx, [...ids.values()]);
    const runs = [...ids].map(
      ([invoiceId, id]) => [invoiceId, loaded.get(id) ?? dunningRuns.fresh(id)] as const,
    );
    return new RunBook(new Map(runs));
  }

  /** Whether an invoice has failed before. */
  has(invoiceId: string): boolean {
    return this.#runs.has(invoiceId);
  }

  /** Tells the run of an invoice something; `commandOf` is given its id, a fresh one where the invoice never failed. */
  tell(invoiceId: string, commandOf: (id: string) => DunningCommand): void {
    const run = this.#runs.get(invoiceId) ?? dunningRuns.fresh(newId('dun'));
    const command = commandOf(run.id);
    const decided = dunningRuns.decide(run, command, command.at);
    if (!decided.ok || decided.change.events.length === 0) return;
    this.#runs.set(invoiceId, decided.change.after);
    this.#changes.push(decided.change);
  }

  /** Records what came of it, with the transaction's next write; customers are told of what concerns these invoices. */
  async record(tx: TenantTx, invoices: ReadonlyMap<string, InvoiceCopy> = new Map()): Promise<void> {
    const changes = this.#changes.splice(0);
    await dunningRuns.record(tx, changes);
    await writeAboutRuns(tx, changes, invoices);
  }
}
