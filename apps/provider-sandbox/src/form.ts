/** A decoded form body: text, or a nested record (`metadata[tenant]=…`). Lists arrive as records of indexes. */
export type FormValue = string | Form;
export interface Form {
  readonly [key: string]: FormValue | undefined;
}

type MutableForm = Record<string, FormValue>;

const FORM_FIELDS_MAX = 1_000;
const FORM_DEPTH_MAX = 8;

/** Decodes Stripe's bracketed form encoding. Undefined when it has too many fields or nests too deep. */
export function decodeForm(text: string): Form | undefined {
  const form: MutableForm = emptyForm();
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    fields += 1;
    if (fields > FORM_FIELDS_MAX || path.length === 0 || path.length > FORM_DEPTH_MAX) return undefined;
    assign(form, path, value);
  }
  return form;
}

/** The text of a field, undefined when it is absent, empty or a record. */
export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The text fields of a nested record, for example `metadata`. */
export function recordOf(form: Form, name: string): Record<string, string> {
  const value = form[name];
  if (value === undefined || typeof value === 'string') return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function assign(form: MutableForm, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    form[head] = value;
    return;
  }
  const existing = form[head];
  const child =
    existing === undefined || typeof existing === 'string' ? emptyForm() : (existing as MutableForm);
  form[head] = child;
  assign(child, rest, value);
}

/** Without a prototype, so that a field named `__proto__` is just a field. */
function emptyForm(): MutableForm {
  return Object.create(null) as MutableForm;
}
