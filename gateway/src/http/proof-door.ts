import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identity } from '@tollgate/runtime/base/identity';
import { addressGroup, addressOf } from '../base/address.js';
import { rejection } from '../base/errors.js';
import { RateLimit } from '../caller/rate-limit.js';
import { askForLink, linkHeaders, LOOKS_PER_S, notFound, type LinkDoorParts } from './link-query.js';
import { proofPage, type ProvenDocument } from './proof-page.js';
import { PAGE_TYPE } from './static-files.js';

const PATH = /^\/proofs\/(ten_[A-Za-z0-9_]{1,64})\.(inv_[0-9a-z]{26}\.[0-9a-f]{64})$/;
const QUERY = `query($token:String!){invoiceByLink(token:$token){
  number finalisedAt status matches total{amount currency} tax{amount currency}}}`;

/** A page for people, JSON for programs; nothing in it is sent. */
const HEADERS = { ...linkHeaders("'none'"), vary: 'accept' } as const;

/** Whether a path is that of an invoice's proof. */
export function isProofPath(path: string): boolean {
  return path.startsWith('/proofs/');
}

/** Says to whoever has the hash of an invoice's document what that invoice says: a page for people, JSON for programs. */
export class ProofDoor {
  readonly #parts: LinkDoorParts;
  readonly #looks = new RateLimit({ name: 'proof-links', perSecond: LOOKS_PER_S });

  constructor(parts: LinkDoorParts) {
    this.#parts = parts;
  }

  /** `GET` alone. Throws NOT_FOUND where the hash is another one. */
  async serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    await this.#looks.take(addressGroup(addressOf(request, this.#parts.config.trustedProxies)));
    const [, tenant, token] = PATH.exec(path) ?? [];
    if (tenant === undefined || token === undefined) throw notFound();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw rejection('METHOD_NOT_ALLOWED', 'Pages take GET');
    const by: Identity = { kind: 'system', actor: 'proof-link', tenant };
    const asked = { subgraph: 'invoices', query: QUERY, variables: { token } };
    const { invoiceByLink } = await askForLink(this.#parts, by, asked);
    if (invoiceByLink === null) throw notFound();
    const found = invoiceByLink as ProvenDocument;
    const isForPeople = (request.headers.accept ?? '').includes('text/html');
    const type = isForPeople ? PAGE_TYPE : 'application/json; charset=utf-8';
    const body = isForPeople ? proofPage(found, path) : `${JSON.stringify(found)}\n`;
    response.writeHead(200, { ...HEADERS, 'content-type': type });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
