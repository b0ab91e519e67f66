import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@tollgate/runtime/base/identity';
import { addressGroup, addressOf } from '../base/address.js';
import { rejection } from '../base/errors.js';
import { RateLimit } from '../caller/rate-limit.js';
import { readBody } from './body.js';
import {
  askForLink,
  LINK_HEADERS as HEADERS,
  LOOKS_PER_S,
  notFound,
  type LinkDoorParts,
} from './link-query.js';
import { paymentPage, type BilledInvoice, type PayableInvoice } from './payment-page.js';

const FORM_MAX_BYTES = 2_000;
const PATH = /^\/pay\/((ten_[A-Za-z0-9_]{1,64})\.inv_[0-9a-z]{26}\.[0-9]{1,6}\.[A-Za-z0-9_-]{43})(\/pay)?$/;
const ID = /^[a-z]{3}_[0-9a-z]{26}$/;

const PAYABLE = `query($token:String!){invoiceByPaymentLink(token:$token){
  invoiceId number status amountDue{amount currency} methods{id provider label}
  payment{id status declineCode nextAction{redirectUrl}}}}`;
const BILLED = `query($of:[_Any!]!){_entities(representations:$of){... on Invoice{
  lines{description amount{amount currency}} subtotal{amount currency} discount{amount currency} tax{amount currency}
  total{amount currency} creditApplied{amount currency} walletApplied{amount currency} amountPaid{amount currency}}}}`;
const PAY = 'mutation($input:PayInvoiceInput!){payInvoice(input:$input){__typename}}';

/** Whether a path is a payment page's. */
export function isPaymentPath(path: string): boolean {
  return path.startsWith('/pay/');
}

/** An invoice as whoever has its link sees and pays it: the token proves that, until its day, and is for it alone. */
export class PaymentDoor {
  readonly #parts: LinkDoorParts;
  readonly #looks = new RateLimit({ name: 'payment-links', perSecond: LOOKS_PER_S });

  constructor(parts: LinkDoorParts) {
    this.#parts = parts;
  }

  /** `GET` shows it, `POST …/pay` starts a payment with a method on file and leads back. Throws NOT_FOUND for other links. */
  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    await this.#looks.take(addressGroup(addressOf(request, this.#parts.config.trustedProxies)));
    const [, token, tenant, action] = PATH.exec(path) ?? [];
    if (token === undefined || tenant === undefined) throw notFound();
    const by: Identity = { kind: 'system', actor: 'payment-link', tenant };
    const invoice = await this.#payable(by, token);
    if (action === undefined) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw rejection('METHOD_NOT_ALLOWED', 'Pages take GET');
      const page = paymentPage(invoice, await this.#billed(by, invoice.invoiceId), `/pay/${token}`);
      response.writeHead(200, HEADERS).end(request.method === 'HEAD' ? undefined : page);
      return;
    }
    if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Paying takes POST');
    await this.#pay(by, invoice, await readBody(request, FORM_MAX_BYTES));
    response.writeHead(303, { ...HEADERS, location: `/pay/${token}` }).end();
  }

  /** The same click twice is one payment: the key names the payment that the page showed last. */
  async #pay(by: Identity, { invoiceId, methods }: PayableInvoice, body: Buffer): Promise<void> {
    const form = new URLSearchParams(body.toString('utf8'));
    const [method, after] = [form.get('method') ?? '', form.get('after') ?? ''];
    const isKnown = methods.some(({ id }) => id === method);
    if (!isKnown || !(after === 'none' || ID.test(after))) return;
    const idempotencyKey = `link-pay-${invoiceId}-${after}`;
    const input = { invoiceId, paymentMethodId: method, replaceWaiting: true, idempotencyKey };
    await askForLink(this.#parts, by, { subgraph: 'payments', query: PAY, variables: { input } });
  }

  async #payable(by: Identity, token: string): Promise<PayableInvoice> {
    const asked = { subgraph: 'payments', query: PAYABLE, variables: { token } } as const;
    const data = await askForLink(this.#parts, by, asked);
    const invoice = data['invoiceByPaymentLink'] as PayableInvoice | null;
    if (invoice === null) throw notFound();
    return invoice;
  }

  async #billed(by: Identity, id: string): Promise<BilledInvoice | null> {
    const of = [{ __typename: 'Invoice', id }];
    const asked = { subgraph: 'invoices', query: BILLED, variables: { of } } as const;
    const data = await askForLink(this.#parts, by, asked);
    const [entity] = data['_entities'] as readonly (BilledInvoice | null)[];
    return entity ?? null;
  }
}
