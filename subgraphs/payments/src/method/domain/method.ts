import type { RouteStop } from '../../payment/domain/event.js';
import type { ProviderName } from '../../providers/domain/provider.js';

/** A payment method on file, as routing needs it. */
export interface MethodOnFile {
  readonly id: string;
  readonly provider: ProviderName;
}

export interface MethodFields {
  readonly token: string;
  readonly providerCustomer: string | null;
  readonly label: string | null;
}

const TOKEN = /^[A-Za-z0-9_-]{1,255}$/;
const LABEL_LENGTH_MAX = 100;
const LABEL = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${LABEL_LENGTH_MAX}}$`, 'u');
const CARD_DIGITS = /\d{12,19}/g;
/** Stripe first: PayPal is for when Stripe cannot be reached. */
const PREFERENCE: readonly ProviderName[] = ['stripe', 'paypal'];

/** What is wrong with a new payment method, or null. Card numbers never get in, wherever they are put. */
export function faultOf(fields: MethodFields): { readonly field: string; readonly message: string } | null {
  const { token, providerCustomer, label } = fields;
  for (const [field, value] of Object.entries({ token, providerCustomer, label })) {
    if (value !== null && looksLikeCard(value)) {
      return { field, message: 'Card numbers are not accepted: send the token that the provider gave out.' };
    }
  }
  if (!TOKEN.test(token))
    return { field: 'token', message: 'A token has 1 to 255 letters, digits, "_" and "-".' };
  if (providerCustomer !== null && !TOKEN.test(providerCustomer))
    return {
      field: 'providerCustomer',
      message: 'A provider\'s customer has 1 to 255 letters, digits, "_" and "-".',
    };
  if (label !== null && (label.trim() === '' || !LABEL.test(label)))
    return { field: 'label', message: `A label has 1 to ${LABEL_LENGTH_MAX} printable characters.` };
  return null;
}

/** Where to ask for money, in order: the newest method of each provider. */
export function routeOf(methods: readonly MethodOnFile[]): readonly RouteStop[] {
  return PREFERENCE.flatMap((provider) => {
    const newest = methods.filter((method) => method.provider === provider).at(-1);
    return newest === undefined ? [] : [{ provider, methodId: newest.id }];
  });
}

/** True for a PayPal method beside a Stripe one. */
export function isBackup(provider: ProviderName, all: readonly MethodOnFile[]): boolean {
  return provider === 'paypal' && all.some((method) => method.provider === 'stripe');
}

/** All digits, or a run of digits with a card number's check digit, whatever separates the groups. */
function looksLikeCard(text: string): boolean {
  const joined = text.replace(/[\s_.-]/g, '');
  if (/^\d{12,19}$/.test(joined)) return true;
  return (joined.match(CARD_DIGITS) ?? []).some(passesLuhn);
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
