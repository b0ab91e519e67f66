import { randomBytes } from 'node:crypto';

/** A payment method as the API takes it. */
interface TestMethod {
  readonly provider: 'STRIPE' | 'PAYPAL';
  /** A token of the provider sandbox, see apps/provider-sandbox/README.md. */
  readonly token: string;
}

/** The named test methods of the format; `null` is no method. */
const METHODS: Readonly<Record<string, TestMethod | null>> = {
  ok: { provider: 'STRIPE', token: 'pm_card_visa' },
  declines: { provider: 'STRIPE', token: 'pm_card_chargeDeclined' },
  hard_decline: { provider: 'STRIPE', token: 'pm_card_chargeDeclinedStolenCard' },
  needs_action: { provider: 'STRIPE', token: 'pm_card_authenticationRequired' },
  unreachable: { provider: 'STRIPE', token: 'pm_card_unreachable' },
  paypal: { provider: 'PAYPAL', token: 'paypal_vault_ok' },
  paypal_declines: { provider: 'PAYPAL', token: 'paypal_vault_declined' },
  none: null,
};

const DECLINES_N_TIMES = /^declines_n_times:(\d+)$/;
const NAME_BYTES = 10;

/** The method of this name, null for none. A card that counts its declines counts for itself alone. */
export function methodOf(name: string): TestMethod | null {
  const times = DECLINES_N_TIMES.exec(name)?.[1];
  if (times !== undefined)
    return { provider: 'STRIPE', token: `pm_card_declines_${times}_times_${uniqueLetters()}` };
  const method = METHODS[name];
  if (method === undefined) throw new Error(`there is no test method ${name}`);
  return method;
}

/** A name in letters that nobody else uses. */
function uniqueLetters(): string {
  const first = 'a'.charCodeAt(0);
  return [...randomBytes(NAME_BYTES).toString('hex')]
    .map((digit) => String.fromCharCode(first + Number.parseInt(digit, 16)))
    .join('');
}
