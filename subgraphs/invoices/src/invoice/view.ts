import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import type { InvoiceStatus, LineKind, TaxTreatment } from '../generated/graphql.js';
import { payerOf, type Basis } from './domain/basis.js';
import type { Computation, Line } from './domain/computation.js';
import type { InvoiceRejection } from './domain/invoice.js';
import { subscriptionsOf } from './domain/joint.js';
import type { Invoice } from './domain/state.js';

/** Where an invoice stands, in the schema's words. */
export function statusView(status: Invoice['status']): InvoiceStatus {
  return STATUS[status];
}

/** By which rule an invoice is taxed, in the schema's words. */
export function treatmentView(treatment: Basis['tax']['treatment']): TaxTreatment {
  return TREATMENT[treatment];
}

type Rejected<Reason extends InvoiceRejection['reason']> = Extract<
  InvoiceRejection,
  { readonly reason: Reason }
>;

/** Why an invoice is not finalised, in the schema's words. */
export function notFinalisedView(rejection: InvoiceRejection, invoiceId: string) {
  if (rejection.reason === 'UnknownInvoice') return unknownView(rejection, invoiceId);
  assert(rejection.reason === 'InvoiceNotDraft', `finalising cannot end in ${rejection.reason}`);
  return { ...rejection, status: statusView(rejection.status) };
}

/** Why an invoice is not voided, in the schema's words. */
export function notVoidedView(rejection: InvoiceRejection, invoiceId: string) {
  if (rejection.reason === 'UnknownInvoice') return unknownView(rejection, invoiceId);
  if (rejection.reason === 'InvoiceNotVoidable') return rejection;
  assert(rejection.reason === 'InvoiceNotOpen', `voiding cannot end in ${rejection.reason}`);
  return { ...rejection, status: statusView(rejection.status) };
}

/** Why an invoice is not written off, in the schema's words. */
export function notWrittenOffView(rejection: InvoiceRejection, invoiceId: string) {
  if (rejection.reason === 'UnknownInvoice') return unknownView(rejection, invoiceId);
  assert(rejection.reason === 'InvoiceNotOpen', `writing off cannot end in ${rejection.reason}`);
  return { ...rejection, status: statusView(rejection.status) };
}

function unknownView(rejection: Rejected<'UnknownInvoice'>, invoiceId: string) {
  return { ...rejection, invoiceId };
}

/** The state that a filter means. */
export function statusStored(status: InvoiceStatus): Invoice['status'] {
  switch (status) {
    case 'DRAFT':
      return 'draft';
    case 'OPEN':
      return 'open';
    case 'PAID':
      return 'paid';
    case 'VOID':
      return 'void';
    case 'UNCOLLECTIBLE':
      return 'uncollectible';
    default:
      return unreachable(status);
  }
}

const STATUS = {
  draft: 'DRAFT',
  open: 'OPEN',
  paid: 'PAID',
  void: 'VOID',
  uncollectible: 'UNCOLLECTIBLE',
} as const;

type Computed = Computation & { readonly basis: Basis };

/** What an invoice and its preview show alike. Few fields are selected of many: each is made when it is asked for. */
export class ComputedView {
  readonly #computed: Computed;

  constructor(computed: Computed) {
    this.#computed = computed;
  }

  get customer() {
    return { id: this.#computed.basis.customerId };
  }

  get payer() {
    return { id: payerOf(this.#computed.basis) };
  }

  get subscription() {
    const { subscriptionId } = this.#computed.basis;
    return subscriptionId === null ? null : { id: subscriptionId };
  }

  get subscriptions() {
    return subscriptionsOf(this.#computed.basis).map((id) => ({ id }));
  }

  get currency() {
    return this.#computed.basis.currency;
  }

  get period() {
    return this.#computed.basis.period;
  }

  get subtotal() {
    return this.#amount(this.#computed.totals.subtotalMinor);
  }

  get discount() {
    return this.#amount(this.#computed.totals.discountMinor);
  }

  get taxTreatment() {
    return TREATMENT[this.#computed.basis.tax.treatment];
  }

  get taxWarning() {
    return this.#computed.basis.tax.unknownRates === undefined ? null : ('UNKNOWN_RATES' as const);
  }

  get taxes() {
    return this.#computed.totals.taxes.map(({ name, percent, amountMinor }) => ({
      name,
      percent,
      amount: this.#amount(amountMinor),
    }));
  }

  get tax() {
    return this.#amount(this.#computed.totals.taxMinor);
  }

  get total() {
    return this.#amount(this.#computed.totals.totalMinor);
  }

  #amount(minor: bigint) {
    return moneyView(minor, this.currency);
  }
}

const TREATMENT = {
  none: 'NONE',
  exempt: 'EXEMPT',
  domestic: 'DOMESTIC',
  pending: 'PENDING',
  reverse_charge: 'REVERSE_CHARGE',
  origin: 'ORIGIN',
  destination: 'DESTINATION',
  export: 'EXPORT',
  not_registered: 'NOT_REGISTERED',
} as const satisfies Record<Basis['tax']['treatment'], TaxTreatment>;

/** What a line shows that is computed; each field is made when it is asked for. */
export class ComputedLineView {
  readonly #line: Line;
  readonly #currency: Currency;

  constructor(line: Line, currency: Currency) {
    this.#line = line;
    this.#currency = currency;
  }

  get id() {
    return this.#line.id;
  }

  get kind() {
    return KIND[this.#line.kind];
  }

  get key() {
    return this.#line.key;
  }

  get subscription() {
    return this.#line.subscriptionId === '' ? null : { id: this.#line.subscriptionId };
  }

  get part() {
    return this.#line.part === undefined ? null : COMMITMENT_PART[this.#line.part];
  }

  get description() {
    return this.#line.description;
  }

  get meter() {
    return this.#line.meterId === null ? null : { id: this.#line.meterId };
  }

  get quantity() {
    return this.#line.quantity;
  }

  get includedQuantity() {
    return this.#line.includedQuantity;
  }

  get unitAmount() {
    return this.#line.unitAmount;
  }

  get amount() {
    return moneyView(this.#line.amountMinor, this.#currency);
  }

  get tax() {
    return moneyView(this.#line.taxMinor, this.#currency);
  }

  get tiers() {
    return this.#line.tiers;
  }

  get groups() {
    return this.#line.groups ?? [];
  }

  get otherGroups() {
    return this.#line.otherGroups ?? null;
  }
}

const COMMITMENT_PART = { committed: 'COMMITTED', overage: 'OVERAGE', shortfall: 'SHORTFALL' } as const;
const KIND = {
  fee: 'FEE',
  charge: 'CHARGE',
  credit: 'CREDIT',
  usage: 'USAGE',
  late: 'LATE',
  true_up: 'TRUE_UP',
  late_true_up: 'TRUE_UP',
  progressive_credit: 'PROGRESSIVE_CREDIT',
  one_off: 'ONE_OFF',
  top_up: 'TOP_UP',
} as const satisfies Record<Line['kind'], LineKind>;
