import type { Instant } from '@tollgate/kernel/time/time';

/** What the register of VAT ids said. */
export interface VatIdAnswer {
  readonly status: 'VALID' | 'INVALID';
  readonly checkedAt: Instant;
  /** The register's proof that it was asked, for a tenant that said its own VAT id. */
  readonly consultationNumber: string | null;
  /** Whose id it is, where the register says. */
  readonly registeredName: string | null;
}

/** What is known of a customer's VAT id; pending while the register has not answered. */
export type VatIdCheck = VatIdAnswer | typeof PENDING;

export const PENDING = {
  status: 'PENDING',
  checkedAt: null,
  consultationNumber: null,
  registeredName: null,
} as const;

/** The register answered about a VAT id. */
export interface NoteVatIdCheck {
  readonly type: 'NoteVatIdCheck';
  readonly vatId: string;
  readonly answer: VatIdAnswer;
}

export type VatIdEvent =
  /** The same VAT id is asked about once more. */
  | { readonly type: 'VatIdCheckStarted'; readonly vatId: string }
  | { readonly type: 'VatIdChecked'; readonly vatId: string; readonly answer: VatIdAnswer };

/** What is known of a VAT id that was said: nothing of a new one. */
export function checkOf(
  vatId: string | null,
  before: { readonly vatId: string | null; readonly vatIdCheck: VatIdCheck | null },
): VatIdCheck | null {
  if (vatId === null) return null;
  return vatId === before.vatId ? before.vatIdCheck : PENDING;
}
