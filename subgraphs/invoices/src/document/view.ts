import type { Parties, Party } from '../copies/party.js';

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
