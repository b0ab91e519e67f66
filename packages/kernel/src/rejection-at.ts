/** A rejection of an input that stands inside of another, at `path`: the field that it names is then one of the whole. */
export function rejectionAt<R extends object>(path: string, rejection: R): R {
  if (!('field' in rejection) || typeof rejection.field !== 'string') return rejection;
  return { ...rejection, field: rejection.field.replace(/^input/, path) };
}
