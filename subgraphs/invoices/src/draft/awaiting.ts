import type { Instant } from '@tollgate/kernel/time/time';
import { assert } from '@tollgate/kernel/assert';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule } from '@tollgate/runtime/timers/timers';
import { findCopies, requireCopies } from '../copies/known.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../invoice/aggregate.js';
import { numbered } from '../invoice/handlers.js';
import { carriedOut } from '../invoice/handlers/purses.js';
import { findAwaiting, lockInvoices } from '../invoice/store.js';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { hashOf, withFacts } from './handlers.js';

/** Drafts that are looked at again together. */
const AWAITING_PAGE = 500;

/**
 * Looks again at drafts of which it was not known how they are taxed: where it is known now, the facts of now count. They
 * are final then, in the order of their creation, unless their time is not over yet.
 */
export async function lookAgain(tx: TenantTx, ids: readonly string[], at: Instant): Promise<void> {
  if (ids.length === 0) return;
  const loaded = [...(await invoices.load(tx, ids)).values()];
  const released = await knownNow(tx, loaded, at);
  const over = released.filter(({ after: { state } }) => state.status === 'draft' && state.finalAt <= at);
  const issued = await numbered(
    tx,
    over.map(({ after: draft }) => ({ draft, at })),
  );
  await invoices.record(tx, [...released, ...issued]);
}

async function knownNow(
  tx: TenantTx,
  loaded: readonly LoadedInvoice[],
  at: Instant,
): Promise<readonly InvoiceChange[]> {
  const drafts = loaded.flatMap((draft) => {
    const { state } = draft;
    return state.status === 'draft' && awaitsFacts(state.basis.tax) ? [{ draft, basis: state.basis }] : [];
  });
  const terms = drafts.map(({ basis }) => basis);
  const copies = await findCopies(tx, terms);
  requireCopies(copies, terms);
  return drafts.flatMap(({ draft, basis: before }) => {
    const basis = withFacts(copies, before, at);
    if (awaitsFacts(basis.tax)) return [];
    return carriedOut(draft, { type: 'RetotalDraft', basis, basisHash: hashOf(basis) }, at);
  });
}

/** The same for all drafts of a tenant that wait for that, each in a turn of its own. */
export async function lookAgainAtAll(tx: TenantTx, at: Instant): Promise<void> {
  lockInvoices(tx);
  for (let after = ''; ;) {
    const found = await findAwaiting(tx, { after, limit: AWAITING_PAGE });
    await schedule(
      tx,
      found.map(({ id, customerId }) => {
        return { owner: 'invoices', kind: 'finalise', key: id, series: customerId, dueAt: at };
      }),
    );
    const last = found.at(-1);
    if (last === undefined || found.length < AWAITING_PAGE) return;
    assert(last.id > after, 'pages go on');
    after = last.id;
  }
}
