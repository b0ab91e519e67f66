/** The exact text of a member of the outermost object; undefined when there is none. The text must be valid JSON. */
export function rawMember(json: string, name: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (char === '"') {
      const end = endOfString(json, at);
      const colon = skipSpace(json, end);
      if (depth === 1 && json.charAt(colon) === ':' && JSON.parse(json.slice(at, end)) === name) {
        const start = skipSpace(json, colon + 1);
        return json.slice(start, endOfValue(json, start));
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** The position behind a value that starts here. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (char === '"') at = endOfString(json, at) - 1;
    else if (char === '{' || char === '[') depth += 1;
    else if (depth === 0 && (char === ',' || char === '}')) return at;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth === 0 && (char === '}' || char === ']' || char === '"')) return at + 1;
  }
  return json.length;
}

/** The position behind the string that starts here. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charAt(at) !== '"') at += json.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (/\s/.test(json.charAt(at))) at += 1;
  return at;
}
