import type { PublicApi } from '../api/public-api.js';
import type { Question } from '../format/questions.js';
import type { Tenant } from '../play/tenant.js';
import type { Coverage } from './facet.js';
import { invoices } from './invoices.js';
import { balance, creditNotes } from './credit.js';
import { ledger, report, revenue } from './ledger.js';
import { payments } from './payments.js';
import { preview } from './preview.js';
import type { Reader } from './reader.js';
import { entitlement, subscription } from './subscription.js';
import { numbering, usage } from './usage.js';

/** A question bound to its reader. */
interface Asked {
  readonly coverage: (api: PublicApi) => Coverage;
  readonly read: (tenant: Tenant) => Promise<unknown>;
}

/** How a question is asked; undefined for one that the API cannot answer yet. */
export function asked(question: Question): Asked | undefined {
  switch (question.expect) {
    case 'invoices':
      return bound(invoices, question);
    case 'credit_notes':
      return bound(creditNotes, question);
    case 'payments':
      return bound(payments, question);
    case 'subscription':
      return bound(subscription, question);
    case 'entitlement':
      return bound(entitlement, question);
    case 'balance':
      return bound(balance, question);
    case 'usage':
      return bound(usage, question);
    case 'preview':
      return bound(preview, question);
    case 'numbering':
      return bound(numbering, question);
    case 'ledger':
      return bound(ledger, question);
    case 'revenue':
      return bound(revenue, question);
    case 'report':
      return bound(report, question);
    default:
      return undefined;
  }
}

function bound<Q>(reader: Reader<Q>, question: Q): Asked {
  return {
    coverage: (api) => reader.coverage(question, api),
    read: (tenant) => reader.read(question, tenant),
  };
}
