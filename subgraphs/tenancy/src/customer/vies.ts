import { z } from 'zod';
import type { RegisterAnswer, VatIdQuestion, VatRegister } from './vat-register.js';

const PREFIX_CHARS = 2;
const NAME_MAX_CHARS = 200;
const TIMEOUT_MS = 10_000;
/** What registers say that keep names to themselves. */
const UNSAID = new Set(['', '---']);

/** An answer of `check-vat-number`; what went wrong has another shape. */
const answerSchema = z.object({
  valid: z.boolean(),
  requestIdentifier: z.string().nullish(),
  name: z.string().nullish(),
});

/**
 * VIES of the European Commission, by its public REST contract (`POST /check-vat-number`). It asks the register of the
 * country, which may be away: that, and whatever else goes wrong, is no answer.
 */
export function viesRegister(base: string): VatRegister {
  return { ask: (question) => ask(base, question) };
}

async function ask(base: string, { vatId, requester }: VatIdQuestion): Promise<RegisterAnswer> {
  const body = { ...partsOf(vatId, 'countryCode', 'vatNumber'), ...requesterOf(requester) };
  try {
    const response = await fetch(`${base}/check-vat-number`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = answerSchema.safeParse(await response.json());
    return response.ok && answer.success ? read(answer.data) : null;
  } catch {
    return null;
  }
}

function read({ valid, requestIdentifier, name }: z.infer<typeof answerSchema>): RegisterAnswer {
  return { isValid: valid, consultationNumber: said(requestIdentifier), registeredName: said(name) };
}

function said(text: string | null | undefined): string | null {
  const line = text?.trim() ?? '';
  return UNSAID.has(line) ? null : line.slice(0, NAME_MAX_CHARS);
}

function requesterOf(vatId: string | null): object {
  return vatId === null ? {} : partsOf(vatId, 'requesterMemberStateCode', 'requesterNumber');
}

function partsOf(vatId: string, country: string, number: string): object {
  return { [country]: vatId.slice(0, PREFIX_CHARS), [number]: vatId.slice(PREFIX_CHARS) };
}
