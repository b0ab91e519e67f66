/** A question to the register of VAT ids. */
export interface VatIdQuestion {
  /** With its prefix: `DE136695976`. */
  readonly vatId: string;
  /** The tenant's own, where it said one: the register then gives a proof that it was asked. */
  readonly requester: string | null;
}

/** What the register says of a VAT id; null: it has no answer now. */
export type RegisterAnswer = {
  readonly isValid: boolean;
  readonly consultationNumber: string | null;
  readonly registeredName: string | null;
} | null;

/** Says whether VAT ids are in use. */
export interface VatRegister {
  ask(question: VatIdQuestion): Promise<RegisterAnswer>;
}

/** Where no register is configured, no VAT id is ever confirmed. */
export const NO_REGISTER: VatRegister = { ask: () => Promise.resolve(null) };
