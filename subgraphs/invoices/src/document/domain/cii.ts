import type { LocalDate } from '@tollgate/kernel/time/time';
import type { ElectronicInvoice, ElectronicLine, VatBreakdown, VatCategory } from './semantic.js';
import { leaf, node, xmlText, type XmlNode } from './xml.js';

/** Somebody whom an electronic invoice names. */
export interface ElectronicParty {
  /** How the seller is known where nobody says more. */
  readonly id: string;
  readonly name: string;
  readonly address: readonly string[];
  readonly country: string;
  readonly vatId: string | null;
  readonly email: string | null;
}

/** An electronic invoice with all that it says. */
export interface ElectronicDocument {
  readonly invoice: ElectronicInvoice;
  readonly seller: ElectronicParty;
  readonly buyer: ElectronicParty;
  readonly purchaseOrder: string | null;
  readonly notes: readonly string[];
}

const NAMESPACES = {
  'xmlns:rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  'xmlns:ram': 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  'xmlns:udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
};
const GUIDELINE = 'urn:cen.eu:en16931:2017';
/** A commercial invoice (UNTDID 1001). */
const INVOICE = '380';
/** One of something (UN/ECE Recommendation 20). */
const UNIT = 'C62';

/** An invoice as UN/CEFACT Cross Industry Invoice by EN 16931: what Factur-X and ZUGFeRD carry. */
export function crossIndustryInvoice(document: ElectronicDocument): string {
  const { invoice, notes } = document;
  return xmlText({
    name: 'rsm:CrossIndustryInvoice',
    attributes: NAMESPACES,
    content: [
      node(
        'rsm:ExchangedDocumentContext',
        node('ram:GuidelineSpecifiedDocumentContextParameter', leaf('ram:ID', GUIDELINE)),
      ),
      node(
        'rsm:ExchangedDocument',
        leaf('ram:ID', invoice.number),
        leaf('ram:TypeCode', INVOICE),
        dateNode('ram:IssueDateTime', invoice.issuedOn),
        ...notes.map((note) => node('ram:IncludedNote', leaf('ram:Content', note))),
      ),
      node(
        'rsm:SupplyChainTradeTransaction',
        ...invoice.lines.map(lineNode),
        agreementNode(document),
        deliveryNode(invoice),
        settlementNode(invoice),
      ),
    ],
  });
}

function dateNode(name: string, date: LocalDate): XmlNode | null {
  return node(name, leaf('udt:DateTimeString', date.replaceAll('-', ''), { format: '102' }));
}

function lineNode(line: ElectronicLine): XmlNode | null {
  return node(
    'ram:IncludedSupplyChainTradeLineItem',
    node('ram:AssociatedDocumentLineDocument', leaf('ram:LineID', line.id)),
    node('ram:SpecifiedTradeProduct', leaf('ram:Name', line.name)),
    node(
      'ram:SpecifiedLineTradeAgreement',
      node('ram:NetPriceProductTradePrice', leaf('ram:ChargeAmount', line.price)),
    ),
    node('ram:SpecifiedLineTradeDelivery', leaf('ram:BilledQuantity', line.quantity, { unitCode: UNIT })),
    node(
      'ram:SpecifiedLineTradeSettlement',
      node('ram:ApplicableTradeTax', ...categoryNodes(line.category)),
      node(
        'ram:BillingSpecifiedPeriod',
        dateNode('ram:StartDateTime', line.from),
        dateNode('ram:EndDateTime', line.to),
      ),
      line.discount === null ? null : discountNode(line.discount),
      node('ram:SpecifiedTradeSettlementLineMonetarySummation', leaf('ram:LineTotalAmount', line.net)),
    ),
  );
}

function discountNode(amount: string): XmlNode | null {
  return node(
    'ram:SpecifiedTradeAllowanceCharge',
    node('ram:ChargeIndicator', leaf('udt:Indicator', 'false')),
    leaf('ram:ActualAmount', amount),
    leaf('ram:Reason', 'Discount'),
  );
}

function categoryNodes({ code, percent }: VatCategory): readonly (XmlNode | null)[] {
  return [
    leaf('ram:TypeCode', 'VAT'),
    leaf('ram:CategoryCode', code),
    leaf('ram:RateApplicablePercent', percent),
  ];
}

function agreementNode({ seller, buyer, purchaseOrder, invoice }: ElectronicDocument): XmlNode | null {
  // Who is outside the scope of VAT says no VAT id.
  const isOutside = invoice.breakdown.some(({ category }) => category.code === 'O');
  const shown = (party: ElectronicParty) => (isOutside ? { ...party, vatId: null } : party);
  return node(
    'ram:ApplicableHeaderTradeAgreement',
    partyNode('ram:SellerTradeParty', shown(seller)),
    partyNode('ram:BuyerTradeParty', shown(buyer)),
    node('ram:BuyerOrderReferencedDocument', leaf('ram:IssuerAssignedID', purchaseOrder)),
  );
}

function partyNode(name: string, { id, name: called, address, country, vatId, email }: ElectronicParty) {
  const [first, second, third] = address;
  return node(
    name,
    leaf('ram:ID', id),
    leaf('ram:Name', called),
    node(
      'ram:PostalTradeAddress',
      leaf('ram:LineOne', first),
      leaf('ram:LineTwo', second),
      leaf('ram:LineThree', third),
      leaf('ram:CountryID', country),
    ),
    node('ram:URIUniversalCommunication', leaf('ram:URIID', email, { schemeID: 'EM' })),
    node('ram:SpecifiedTaxRegistration', leaf('ram:ID', vatId, { schemeID: 'VA' })),
  );
}

/** Services are rendered by the day they are invoiced, or are billed ahead. */
function deliveryNode({ issuedOn }: ElectronicInvoice): XmlNode | null {
  return node(
    'ram:ApplicableHeaderTradeDelivery',
    node('ram:ActualDeliverySupplyChainEvent', dateNode('ram:OccurrenceDateTime', issuedOn)),
  );
}

function settlementNode(invoice: ElectronicInvoice): XmlNode | null {
  const { currency, dueOn, net, tax, total, prepaid, due } = invoice;
  return node(
    'ram:ApplicableHeaderTradeSettlement',
    leaf('ram:InvoiceCurrencyCode', currency),
    ...invoice.breakdown.map(taxNode),
    node('ram:SpecifiedTradePaymentTerms', dateNode('ram:DueDateDateTime', dueOn)),
    node(
      'ram:SpecifiedTradeSettlementHeaderMonetarySummation',
      leaf('ram:LineTotalAmount', net),
      leaf('ram:TaxBasisTotalAmount', net),
      leaf('ram:TaxTotalAmount', tax, { currencyID: currency }),
      leaf('ram:GrandTotalAmount', total),
      leaf('ram:TotalPrepaidAmount', prepaid),
      leaf('ram:DuePayableAmount', due),
    ),
  );
}

function taxNode({ category, basis, tax }: VatBreakdown): XmlNode | null {
  const { code, percent, reason, reasonCode } = category;
  return node(
    'ram:ApplicableTradeTax',
    leaf('ram:CalculatedAmount', tax),
    leaf('ram:TypeCode', 'VAT'),
    leaf('ram:ExemptionReason', reason),
    leaf('ram:BasisAmount', basis),
    leaf('ram:CategoryCode', code),
    leaf('ram:ExemptionReasonCode', reasonCode),
    leaf('ram:RateApplicablePercent', percent),
  );
}
