const CARD_DIGITS = /\d{12,19}/g;

/** All digits, or a run of digits with a card number's check digit, whatever separates the groups. */
export function looksLikeCard(text: string): boolean {
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
