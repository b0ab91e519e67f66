import type { PublicApi } from '../api/public-api.js';
import type { Command } from '../format/commands.js';
import type { Tenant } from '../play/tenant.js';
import { addon, changeAddon } from './addon.js';
import { accept, contract, entitle, payer, quote, terminate } from './agreement.js';
import { advance } from './advance.js';
import { meter, plan, publish } from './catalogue.js';
import { charge } from './charge.js';
import { changeCoupon, coupon } from './coupon.js';
import { customer, updateCustomer } from './customer.js';
import { confirmPayment } from './confirm-payment.js';
import { creditNote, invoice, payOffline } from './invoice.js';
import { dispute, resolveDispute } from './dispute.js';
import { fx } from './fx.js';
import { refund } from './refund.js';
import { cancel, change, pause, resume, subscribe } from './subscription.js';
import { correct, takeBack, use } from './usage.js';
import { autoTopUp, wallet } from './wallet.js';
import type { Outcome } from './verb.js';

/** A command bound to the verb that says it. */
interface Said {
  readonly lacks: (api: PublicApi) => readonly string[];
  readonly run: (tenant: Tenant) => Promise<Outcome>;
}

/** How a command is said to the API; undefined for a verb that it does not have yet. */
export function said(command: Command): Said | undefined {
  switch (command.do) {
    case 'meter':
      return bound(meter, command);
    case 'plan':
      return bound(plan, command);
    case 'publish':
      return bound(publish, command);
    case 'addon':
      return bound(addon, command);
    case 'add_addon':
    case 'remove_addon':
      return bound(changeAddon, command);
    case 'fx':
      return bound(fx, command);
    case 'coupon':
      return bound(coupon, command);
    case 'apply_coupon':
    case 'remove_coupon':
      return bound(changeCoupon, command);
    case 'charge':
      return bound(charge, command);
    case 'customer':
      return bound(customer, command);
    case 'update_customer':
      return bound(updateCustomer, command);
    case 'subscribe':
      return bound(subscribe, command);
    case 'change':
      return bound(change, command);
    case 'cancel':
      return bound(cancel, command);
    case 'pause':
      return bound(pause, command);
    case 'uncancel':
    case 'resume':
      return bound(resume, command);
    default:
      return saidOfUse(command);
  }
}

/** What is used, and what becomes of time. */
function saidOfUse(command: Command): Said | undefined {
  switch (command.do) {
    case 'use':
      return bound(use, command);
    case 'correct_event':
      return bound(correct, command);
    case 'void_event':
      return bound(takeBack, command);
    case 'advance':
      return bound(advance, command);
    default:
      return saidOfInvoice(command);
  }
}

function saidOfInvoice(command: Command): Said | undefined {
  switch (command.do) {
    case 'finalise':
    case 'void':
    case 'write_off':
    case 'pay':
      return bound(invoice, command);
    case 'dispute':
      return bound(dispute, command);
    case 'resolve_dispute':
      return bound(resolveDispute, command);
    case 'credit_note':
      return bound(creditNote, command);
    case 'confirm_payment':
      return bound(confirmPayment, command);
    case 'pay_offline':
      return bound(payOffline, command);
    case 'grant':
    case 'top_up':
      return bound(wallet, command);
    case 'auto_top_up':
      return bound(autoTopUp, command);
    case 'refund':
      return bound(refund, command);
    default:
      return saidOfAgreement(command);
  }
}

function saidOfAgreement(command: Command): Said | undefined {
  switch (command.do) {
    case 'contract':
      return bound(contract, command);
    case 'terminate':
      return bound(terminate, command);
    case 'quote':
      return bound(quote, command);
    case 'accept_quote':
      return bound(accept, command);
    case 'payer':
      return bound(payer, command);
    case 'entitle':
      return bound(entitle, command);
    default:
      return undefined;
  }
}

function bound<C>(
  verb: {
    readonly lacks: (command: C, api: PublicApi) => readonly string[];
    readonly run: (command: C, tenant: Tenant) => Promise<Outcome>;
  },
  command: C,
): Said {
  return {
    lacks: (api) => verb.lacks(command, api),
    run: (tenant) => verb.run(command, tenant),
  };
}
