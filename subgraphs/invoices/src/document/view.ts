import type { Parties, Party } from '../copies/party.js';
import type { ElectronicSyntax } from '../generated/graphql.js';
import { crossIndustryInvoice, type ElectronicParty } from './domain/cii.js';
import { electronicInvoice } from './domain/semantic.js';
import type { DocumentedInvoice } from './loaders.js';

/** What documents say beside amounts, as the schema shows it. */
export function factsView({ seller, buyer }: Parties) {
  return {
    seller: partyView(seller),
    buyer: partyView(buyer),
    purchaseOrder: buyer?.purchaseOrder ?? null,
    memos: [seller?.memo ?? null, buyer?.memo ?? null].filter((memo) => memo !== null),
    footer: seller?.footer ?? null,
  };
}

function partyView(party: Party | null) {
  if (party === null) return null;
  const { name, address, country, email = null, taxId = null, vatId = null } = party;
  return { ...{ name, country, email, taxId, vatId }, address: [...address] };
}

/** An invoice for programs; null where the norm has no words for it. */
export function electronicView(
  { invoice, parties: { seller, buyer } }: DocumentedInvoice,
  { tenantId, syntax }: { readonly tenantId: string; readonly syntax: ElectronicSyntax },
) {
  if (invoice.status === 'draft' || seller === null || buyer === null) return null;
  const said = electronicInvoice(invoice);
  if (said === null) return null;
  const notes = [seller.memo, buyer.memo, seller.footer].filter((note) => typeof note === 'string');
  const xml = crossIndustryInvoice({
    invoice: said,
    seller: electronicParty(tenantId, seller),
    buyer: electronicParty(invoice.basis.customerId, buyer),
    purchaseOrder: buyer.purchaseOrder ?? null,
    notes,
  });
  return { syntax, xml };
}

function electronicParty(id: string, party: Party): ElectronicParty {
  const { name, address, country, vatId = null, email = null } = party;
  return { id, name, address, country, vatId, email };
}
