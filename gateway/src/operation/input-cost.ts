type Holder = Readonly<Record<string, unknown>> | readonly unknown[];

/** Characters of a text that cost what a field costs; shorter ones cost nothing of their own. */
const TEXT_PER_COST = 256;

/** What a text costs that an answer or an error may hold again, as often as it is used. */
export function textCost(text: string): number {
  return Math.floor(text.length / TEXT_PER_COST);
}

/**
 * Objects and list elements of a JSON value, and long texts: what somebody has to look at one by one. A loop, because a
 * caller may nest deeper than any stack.
 */
export function inputCost(value: unknown): number {
  if (typeof value === 'string') return textCost(value);
  if (!isHolder(value)) return 0;
  let cost = isList(value) ? 0 : 1;
  const open: Holder[] = [value];
  const look = (part: unknown, isElement: boolean): void => {
    if (typeof part === 'string') cost += textCost(part);
    const isOpen = isHolder(part);
    if (isOpen) open.push(part);
    if (isElement || (isOpen && !isList(part))) cost += 1;
  };
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (isList(holder)) for (const part of holder) look(part, true);
    else
      for (const name of Object.keys(holder)) {
        cost += textCost(name);
        look(holder[name], false);
      }
  }
  return cost;
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function isList(holder: Holder): holder is readonly unknown[] {
  return Array.isArray(holder);
}
