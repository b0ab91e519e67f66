type Fields = Record<string, unknown>;

/** Adds what a later fetch knows to what an earlier one brought. */
export function merge(target: Fields, source: unknown): void {
  if (typeof source !== 'object' || source === null) return;
  for (const name of Object.keys(source)) {
    const value = (source as Fields)[name];
    const present = target[name];
    if (value === undefined) continue;
    if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      value.forEach((element, index) => {
        if (isFields(present[index]) && isFields(element)) merge(present[index], element);
        else present[index] = element;
      });
    } else if (isFields(present) && isFields(value)) merge(present, value);
    else target[name] = value;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
