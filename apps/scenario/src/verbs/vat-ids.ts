/** What is known of a VAT id. */
export type VatIdStatus = 'valid' | 'invalid' | 'pending';

type TestIds = Readonly<Record<VatIdStatus, string>>;

/**
 * VAT ids of right form about which the sandbox's register says just that, by country: those with 400 in them are not in use, and
 * the register of those with 404 is away.
 */
const IDS: Readonly<Record<string, TestIds>> = {
  AT: { valid: 'ATU52465498', invalid: 'ATU48536400', pending: 'ATU54042183' },
  DE: { valid: 'DE069912419', invalid: 'DE994140046', pending: 'DE240451042' },
  ES: { valid: 'ESF81825077', invalid: 'ESF33540022', pending: 'ESH25657404' },
  FR: { valid: 'FR17639392703', invalid: 'FR76753940055', pending: 'FR75952540409' },
  IE: { valid: 'IE8948327P', invalid: 'IE6400138M', pending: 'IE4046490N' },
  IT: { valid: 'IT22825320967', invalid: 'IT74897400698', pending: 'IT04093340406' },
  NL: { valid: 'NL098220792B78', invalid: 'NL275648400B49', pending: 'NL329300404B96' },
  PL: { valid: 'PL2531736829', invalid: 'PL1092400824', pending: 'PL9940435431' },
};
const DEFAULT: TestIds = { valid: 'DE069912419', invalid: 'DE994140046', pending: 'DE240451042' };

/** A VAT id of a customer there; where it is of no country with ids of its own, one of another country does as well. */
export function testVatId(status: VatIdStatus, jurisdiction = ''): string {
  return (IDS[jurisdiction] ?? DEFAULT)[status];
}
