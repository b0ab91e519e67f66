import type { Call, Reply } from './context.js';

const PREFIX = '/taxation_customs/vies/rest-api/';
/** Ids with these digits are not in use, or their register is away; all others are in use. */
const NOT_IN_USE = '400';
const AWAY = '404';

/** Whether a request is for VIES, the EU's register of VAT ids. */
export const isForVies = (path: string): boolean => path.startsWith(PREFIX);

/** Answers `POST /check-vat-number` as VIES does: by the digits of the id, so that nothing has to be prepared. */
export function answerVies({ method, path, body }: Call): Reply {
  if (method !== 'POST' || path !== `${PREFIX}check-vat-number`)
    return { status: 404, body: failure('NOT_FOUND') };
  const asked = readAsked(body);
  if (asked === null) return { status: 400, body: failure('INVALID_INPUT') };
  const { countryCode, vatNumber, requesterNumber } = asked;
  if (vatNumber.includes(AWAY)) return { status: 200, body: failure('MS_UNAVAILABLE') };
  const valid = !vatNumber.includes(NOT_IN_USE);
  const proof = requesterNumber === undefined ? '' : `WAPI${vatNumber.replace(/\W/g, '')}`;
  return {
    status: 200,
    body: {
      ...{ countryCode, vatNumber, requestDate: new Date().toISOString(), valid, requestIdentifier: proof },
      name: valid ? `Sandbox ${countryCode}${vatNumber}` : '---',
      address: '---',
    },
  };
}

interface Asked {
  readonly countryCode: string;
  readonly vatNumber: string;
  readonly requesterNumber?: string;
}

function readAsked(body: Buffer): Asked | null {
  try {
    const asked = JSON.parse(body.toString('utf8')) as Partial<Record<keyof Asked, unknown>>;
    const { countryCode, vatNumber, requesterNumber } = asked;
    if (typeof countryCode !== 'string' || typeof vatNumber !== 'string') return null;
    return { countryCode, vatNumber, ...(typeof requesterNumber === 'string' && { requesterNumber }) };
  } catch {
    return null;
  }
}

const failure = (error: string) => ({ actionSucceed: false, errorWrappers: [{ error }] });
