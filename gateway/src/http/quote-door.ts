import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@tollgate/runtime/base/identity';
import { addressGroup, addressOf } from '../base/address.js';
import { rejection } from '../base/errors.js';
import { RateLimit } from '../caller/rate-limit.js';
import {
  askForLink,
  LINK_HEADERS as HEADERS,
  LOOKS_PER_S,
  notFound,
  type LinkDoorParts,
} from './link-query.js';
import { quotePage, type ShownInvoice, type ShownQuote } from './quote-page.js';

const PATH =
  /^\/quotes\/((ten_[A-Za-z0-9_]{1,64})\.(quo_[0-9a-z]{26})\.[A-Za-z0-9_-]{32})(\/accept|\/decline)?$/;

const QUOTE = `query($token:String!){quoteByLink(token:$token){
  id status planName quantity currency note createdAt validUntil answeredAt}}`;
const INVOICE = `query($of:[_Any!]!){_entities(representations:$of){... on Quote{firstInvoice{
  lines{description quantity amount{amount currency}} subtotal{amount currency} discount{amount currency}
  tax{amount currency} total{amount currency}}}}}`;
const ANSWERS = {
  '/accept':
    'mutation($input:AcceptQuoteInput!){answer:acceptQuote(input:$input){__typename ... on Rejection{message}}}',
  '/decline':
    'mutation($input:DeclineQuoteInput!){answer:declineQuote(input:$input){__typename ... on Rejection{message}}}',
} as const;

/** Whether a path is a quote's. */
export function isQuotePath(path: string): boolean {
  return path.startsWith('/quotes/');
}

/** A quote as whoever has its link sees and answers it: the token proves that, and is for this quote alone. */
export class QuoteDoor {
  readonly #parts: LinkDoorParts;
  readonly #looks = new RateLimit({ name: 'quote-links', perSecond: LOOKS_PER_S });

  constructor(parts: LinkDoorParts) {
    this.#parts = parts;
  }

  /** `GET` shows it, `POST …/accept` and `POST …/decline` answer it and lead back. Throws NOT_FOUND for other links. */
  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    await this.#looks.take(addressGroup(addressOf(request, this.#parts.config.trustedProxies)));
    const [, token, tenant, , action] = PATH.exec(path) ?? [];
    if (token === undefined || tenant === undefined) throw notFound();
    const by: Identity = { kind: 'system', actor: 'quote-link', tenant };
    const quote = await this.#quote(by, token);
    if (action !== '/accept' && action !== '/decline') {
      if (action !== undefined || (request.method !== 'GET' && request.method !== 'HEAD')) throw notGet();
      const page = quotePage(quote, await this.#invoice(by, quote.id), `/quotes/${token}`);
      response.writeHead(200, HEADERS).end(request.method === 'HEAD' ? undefined : page);
      return;
    }
    if (request.method !== 'POST') throw rejection('METHOD_NOT_ALLOWED', 'Answers take POST');
    request.resume();
    // The same click twice is one answer; what was answered otherwise in the meantime is shown.
    const input = { quoteId: quote.id, idempotencyKey: `link-${action.slice(1)}-${quote.id}` };
    await askForLink(this.#parts, by, {
      subgraph: 'plans',
      query: ANSWERS[action],
      variables: { input },
    });
    response.writeHead(303, { ...HEADERS, location: `/quotes/${token}` }).end();
  }

  async #quote(by: Identity, token: string): Promise<ShownQuote> {
    const data = await askForLink(this.#parts, by, {
      subgraph: 'plans',
      query: QUOTE,
      variables: { token },
    });
    const quote = data['quoteByLink'] as ShownQuote | null;
    if (quote === null) throw notFound();
    return quote;
  }

  async #invoice(by: Identity, id: string): Promise<ShownInvoice | null> {
    const of = [{ __typename: 'Quote', id }];
    const data = await askForLink(this.#parts, by, {
      subgraph: 'invoices',
      query: INVOICE,
      variables: { of },
    });
    const [entity] = data['_entities'] as readonly ({ readonly firstInvoice: ShownInvoice | null } | null)[];
    return entity?.firstInvoice ?? null;
  }
}

function notGet(): Error {
  return rejection('METHOD_NOT_ALLOWED', 'Pages take GET');
}
