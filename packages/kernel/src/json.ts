/** Decimals of so many digits are different numbers of the language, which are written as the same decimals again. */
const NUMBER_DIGITS_MAX = 15;

/** Below it numbers have fewer digits. */
const NUMBER_MIN = 2 ** -1022;

const MAYBE_LONG = /[-:,[{\s]\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON as it stands: numbers that would lose digits are the texts of them. Throws `SyntaxError` where it is none. */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!mayLoseDigits(text)) return parsed;
  return JSON.parse(text.replace(TEXT_OR_NUMBER, (token) => (token.startsWith('"') ? token : kept(token))));
}

/** The same JSON with the texts of such numbers in it; what is no JSON stays as it is. */
export function exactJsonText(text: string): string {
  if (!mayLoseDigits(text)) return text;
  try {
    return JSON.stringify(parseExactJson(text));
  } catch {
    return text;
  }
}

/** Whether a text of JSON or GraphQL may hold such a number; it certainly does not where the answer is no. */
export function mayLoseDigits(text: string): boolean {
  return MAYBE_LONG.test(text);
}

/** A number as JSON and GraphQL write it: as a number where that is exactly it, else as its text. */
export function exactNumber(text: string): number | string {
  const value = Number(text);
  return isExactNumber(value, text) ? value : text;
}

/** Whether a number is the decimal that was written: certainly so with few digits, and for whole ones up to 2^53. */
export function isExactNumber(value: number, text = String(value)): boolean {
  if (!Number.isFinite(value) || (Math.abs(value) < NUMBER_MIN && digitsOf(text) > 0)) return false;
  if (Number.isSafeInteger(value) && !text.includes('.')) return true;
  return digitsOf(text) <= NUMBER_DIGITS_MAX && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function kept(token: string): string {
  return typeof exactNumber(token) === 'number' ? token : JSON.stringify(token);
}

/** Digits that matter: without zeros before them, and behind them. */
function digitsOf(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e');
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;
}
