import { BILL_KEYS, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import type { Added, Effect } from '@tollgate/contracts/plans/effect';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOTALS_KEY, usageBillTotalled } from '@tollgate/contracts/usage/bill';
import type { Currency } from '@tollgate/kernel/money/currency';
import { instant, type Instant } from '@tollgate/kernel/time/time';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import type { Rehearsal } from '@tollgate/runtime/database/rehearsal';
import type { Subscription } from '@tollgate/runtime/messaging/consume';
import { applied, rehearsed } from '@tollgate/runtime/messaging/rehearse';
import { createCharge } from '../charge/handlers.js';
import type { CreateChargeInput } from '../generated/graphql.js';
import { invoices, type InvoiceChange, type LoadedInvoice } from '../invoice/aggregate.js';
import { billedBy, subscriptionsOf } from '../invoice/domain/joint.js';
import type { Invoice, Note } from '../invoice/domain/state.js';
import { numbered } from '../invoice/handlers.js';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { findCustomerDrafts } from '../invoice/store.js';
import { billsOf, inOrder } from './events.js';

/** Where it is rehearsed, and what invoices does about what others tell. */
export interface Rehearsing {
  readonly db: Database;
  readonly scope: Scope;
  readonly subscriptions: readonly Subscription[];
}

/** A credit note that would be made. */
export interface MadeNote {
  readonly invoiceId: string;
  readonly currency: Currency;
  readonly note: Note;
}

/** What would be made. */
export interface Made {
  /** As it is once it is final; null where none would be made. */
  readonly invoice: Invoice | null;
  /** All that would be made, in their order. */
  readonly all: readonly Invoice[];
  readonly notes: readonly MadeNote[];
}

/**
 * What an effect comes to: its messages are carried out as if they had come, by the code that does it, and taken back. What
 * is on its way here is waited for, for a bill is carried out after the one before it.
 */
export async function madeBy(
  { db, scope, subscriptions }: Rehearsing,
  effect: Effect,
  added: Added,
): Promise<Made> {
  if (effect.messages.length === 0) return { invoice: null, all: [], notes: [] };
  const messages = inOrder(effect, added);
  return rehearsed({ db, scope, facts: factsOf(effect) }, async (tx, rehearsal) => {
    const now = await tx.now();
    for (const message of messages) {
      await finaliseUntil(tx, effect, { now, at: instant(message.occurredAt) });
      await applied(tx, subscriptions, [message]);
    }
    return madeIn(tx, rehearsal, effect.about);
  });
}

/** What a charge would be invoiced at. */
export async function previewCharge(caller: Caller, input: CreateChargeInput) {
  const { db } = caller;
  const made: Made[] = [];
  const answer = await createCharge(
    {
      ...caller,
      rehearse: (scope, work) =>
        db.rehearse(scope, async (tx, rehearsal) => {
          const done = await work(tx);
          made.push(await madeIn(tx, rehearsal, null));
          return done;
        }),
    },
    input,
  );
  if (answer.__typename !== 'ChargeCreated') return answer;
  return { __typename: 'ChargePreview' as const, invoice: made.at(-1)?.invoice ?? null };
}

/** What invoices may have to know before it can carry the messages out. */
function factsOf(effect: Effect) {
  const terms = billsOf(effect).map((bill) => bill.terms);
  const customerIds = [...new Set(terms.map(({ customerId }) => customerId))];
  const planIds = [...new Set(terms.map(({ planId }) => planId))];
  const consumer = 'invoices';
  return [
    { consumer, contract: subscriptionBilled, aggregates: BILL_KEYS },
    { consumer, contract: usageBillTotalled, aggregates: [TOTALS_KEY] },
    { consumer, contract: customerChanged, aggregates: customerIds },
    { consumer, contract: planVersionPublished, aggregates: planIds },
  ];
}

/** Drafts whose time is over before something happens take their part of the customer's credit first. */
async function finaliseUntil(
  tx: TenantTx,
  effect: Effect,
  { now, at }: { readonly now: Instant; readonly at: Instant },
): Promise<void> {
  if (at <= now) return;
  const customerIds = [...new Set(billsOf(effect).map(({ terms }) => terms.customerId))];
  const loaded = await invoices.load(tx, await findCustomerDrafts(tx, customerIds));
  const due = [...loaded.values()].flatMap((draft) =>
    draft.state.status === 'draft' && draft.state.finalAt <= at ? [{ draft, at: draft.state.finalAt }] : [],
  );
  await invoices.record(tx, await numbered(tx, due));
}

/** What was made in a rehearsal: the invoice that is asked for, or the first one. */
async function madeIn(tx: TenantTx, rehearsal: Rehearsal, about: Effect['about']): Promise<Made> {
  const changes = invoices.rehearsed(rehearsal);
  const fresh = changes.filter(({ before }) => before.version === 0);
  const asked = about === null ? fresh[0] : fresh.find((change) => isAbout(change, about));
  const latest = (id: string | undefined) => changes.filter((one) => one.id === id).at(-1)?.after;
  const notes = changes.flatMap(notesIn);
  if (about !== null) return { invoice: await finalised(tx, latest(asked?.id)), all: [], notes };
  const all: Invoice[] = [];
  // One after the other: the first one takes the credit.
  for (const { id } of fresh) {
    const made = await finalised(tx, latest(id));
    if (made !== null) all.push(made);
  }
  return { invoice: all[0] ?? null, all, notes };
}

function notesIn({ id: invoiceId, events, after: { state } }: InvoiceChange): MadeNote[] {
  if (state.status === 'none') return [];
  const { currency } = state.basis;
  return events.flatMap((event) =>
    event.type === 'InvoiceCredited' ? [{ invoiceId, currency, note: event.note }] : [],
  );
}

/** An invoice of a bill, or one that several share. */
function isAbout({ after: { state } }: InvoiceChange, about: NonNullable<Effect['about']>): boolean {
  if (state.status === 'none') return false;
  const { subscriptionId, number } = about;
  const bills = subscriptionsOf(state.basis).includes(subscriptionId);
  return bills && billedBy(state.basis, subscriptionId).bill === number;
}

/** An invoice as its end as a draft leaves it. */
async function finalised(tx: TenantTx, draft: LoadedInvoice | undefined): Promise<Invoice | null> {
  if (draft === undefined || draft.state.status === 'none') return null;
  const { state } = draft;
  if (state.status !== 'draft' || awaitsFacts(state.basis.tax)) return state;
  const [final] = await numbered(tx, [{ draft, at: state.finalAt }]);
  return final === undefined || final.after.state.status === 'none' ? state : final.after.state;
}
