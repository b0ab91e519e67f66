import { ADDRESS_LINE_MAX_CHARS, NAME_MAX_CHARS, type InputReader } from '@tollgate/kernel/input';

/** How a tenant's documents are numbered, and what they say of it. */
export interface DocumentSettings {
  /** Begins the number of each invoice. */
  readonly invoicePrefix: string;
  readonly creditNotePrefix: string;
  /** Numbers have at least so many digits. */
  readonly numberDigits: number;
  /** Whether numbers have the year in them, and begin with 1 in each. */
  readonly yearlyNumbers: boolean;
  /** Null: the tenant's name. */
  readonly legalName: string | null;
  /** Lines of the postal address, without the country. */
  readonly address: readonly string[];
  readonly email: string | null;
  /** Register, directors, bank: what the law wants on a letter. */
  readonly footer: string | null;
  /** What every invoice says beside its lines. */
  readonly memo: string | null;
}

type Maybe<T> = T | null | undefined;

/** The same as it is sent: what is absent is as it is by itself. */
export type DocumentSettingsInput = { readonly [K in keyof DocumentSettings]?: Maybe<DocumentSettings[K]> };

/** What a tenant that says nothing of its documents has. */
export const PLAIN_DOCUMENTS: DocumentSettings = {
  invoicePrefix: 'INV-',
  creditNotePrefix: 'CN-',
  numberDigits: 6,
  yearlyNumbers: false,
  legalName: null,
  address: [],
  email: null,
  footer: null,
  memo: null,
};

const NUMBER_DIGITS_MAX = 12;
const ADDRESS_LINES_MAX = 6;
const PROSE_MAX_CHARS = 1_000;
/** It ends with no digit, so that no two series share a number. */
const PREFIX = /^[A-Za-z0-9/._-]{0,19}[A-Za-z/._-]$/;

/** Checks what a tenant says of its documents. */
export function readDocuments(fields: InputReader, input: DocumentSettingsInput): DocumentSettings {
  const at = 'input.documents';
  const plain = PLAIN_DOCUMENTS;
  const invoicePrefix = readPrefix(fields, `${at}.invoicePrefix`, input.invoicePrefix ?? plain.invoicePrefix);
  const creditNotePrefix = readPrefix(
    fields,
    `${at}.creditNotePrefix`,
    input.creditNotePrefix ?? plain.creditNotePrefix,
  );
  if (invoicePrefix === creditNotePrefix)
    fields.reject(`${at}.creditNotePrefix`, 'Give another prefix than that of invoices, for example CN-.');
  const digits = input.numberDigits ?? plain.numberDigits;
  const lines = input.address ?? plain.address;
  if (lines.length > ADDRESS_LINES_MAX)
    fields.reject(`${at}.address`, `Give at most ${ADDRESS_LINES_MAX} lines.`);
  return {
    ...{ invoicePrefix, creditNotePrefix },
    numberDigits: fields.integer(`${at}.numberDigits`, digits, [1, NUMBER_DIGITS_MAX]),
    yearlyNumbers: input.yearlyNumbers ?? plain.yearlyNumbers,
    legalName: fields.optionalText(`${at}.legalName`, input.legalName, NAME_MAX_CHARS),
    address: lines
      .slice(0, ADDRESS_LINES_MAX)
      .map((line, index) => fields.text(`${at}.address[${index}]`, line, ADDRESS_LINE_MAX_CHARS)),
    email: fields.email(`${at}.email`, input.email ?? null),
    footer: fields.prose(`${at}.footer`, input.footer, PROSE_MAX_CHARS),
    memo: fields.prose(`${at}.memo`, input.memo, PROSE_MAX_CHARS),
  };
}

function readPrefix(fields: InputReader, field: string, prefix: string): string {
  if (!PREFIX.test(prefix))
    fields.reject(
      field,
      'Give 1 to 20 letters, digits, "/", ".", "_" and "-", the last one no digit, for example INV-.',
    );
  return prefix;
}
